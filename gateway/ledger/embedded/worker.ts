// The worker thread: one engine, answers by number. A fault that is not a coded error ends the
// thread, and the main thread rejects everything that waits.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { decodeBase64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { LedgerEvent } from '../ledger.js';
import { Engine } from './engine.js';
import type {
  Answer,
  ErrorReply,
  Message,
  NumberedRequest,
  Request,
  WorkerData,
} from './messages.js';

function errorReply(error: unknown): ErrorReply {
  if (!(error instanceof ChartsealError)) throw error;
  const { code, message, cause } = error;
  if (!(cause instanceof Error)) return { code, message };
  return { code, message, cause: cause.stack ?? cause.message };
}

function eventsOf(engine: Engine, block: number): LedgerEvent[] {
  return engine.readBlock(block).map(({ txId, event }) => {
    const committed = { block, txId, code: 'VALID' };
    if (event === undefined) return committed;
    return { ...committed, event: event.name, payload: decodeBase64(event.payload, 'payload') };
  });
}

async function answer(engine: Engine, request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'identify':
      engine.identify(request.mspId, request.certificatePem);
      return undefined;
    case 'evaluate':
      return engine.evaluate(request.call);
    case 'submit':
      return engine.submit(request.call);
    case 'events':
      return eventsOf(engine, request.block);
    case 'rows':
      return engine.readRows(request.from, request.until);
    case 'replay':
      await engine.replay(request.block, request.inputs);
      return undefined;
    case 'audit':
      return engine.audit(request.logId);
    case 'close':
      await engine.close();
      return undefined;
  }
}

async function serve(port: MessagePort): Promise<void> {
  const post = (message: Message) => port.postMessage(message);
  let engine: Engine;
  try {
    engine = await Engine.open(workerData as WorkerData, (height) =>
      post({ kind: 'height', height }),
    );
  } catch (error) {
    post({ kind: 'refused', error: errorReply(error) });
    return;
  }
  port.on('message', async ({ id, request }: NumberedRequest) => {
    try {
      post({ kind: 'answer', id, answer: await answer(engine, request) });
    } catch (error) {
      post({ kind: 'error', id, error: errorReply(error) });
    }
    if (request.kind === 'close') port.close();
  });
  post({ kind: 'height', height: engine.height });
}

if (parentPort !== null) void serve(parentPort);
