// The contract as Fabric sees it: each transaction takes one JSON string and returns one
// canonical JSON string. The operations stand in files of their own.
import { Contract, Info, Returns, Transaction } from 'fabric-contract-api';
import { canonicalJson } from '../core/canonical-json.js';
import { ChartsealError, encodeError } from '../core/errors.js';
import { type JsonValue, parseJson } from '../core/json.js';
import { append } from './append.js';
// Not `import type`: the decorators find the context parameter by its class at run time.
import { ChartsealContext } from './chartseal-context.js';
import { listCheckpoints } from './list-checkpoints.js';
import { listLogs } from './list-logs.js';
import { readCheckpoint } from './read-checkpoint.js';
import { readLog } from './read-log.js';
import { registerLog } from './register-log.js';

type Operation = (context: ChartsealContext, request: JsonValue) => Promise<object>;

/** Runs one operation. Its error crosses Fabric as the text `CODE message` (see core/errors). */
async function run(
  operation: Operation,
  context: ChartsealContext,
  request: string,
): Promise<string> {
  try {
    return canonicalJson(await operation(context, parseJson(request, 'request')));
  } catch (cause) {
    throw crossing(cause);
  }
}

/** Only our own messages are known to hold no content: any other error crosses without its text. */
function crossing(cause: unknown): Error {
  const known =
    cause instanceof ChartsealError
      ? cause
      : new ChartsealError('LEDGER_FAILED', 'the contract failed for a reason of its own');
  return new Error(encodeError(known), { cause });
}

@Info({ title: 'chartseal', description: 'Append-only logs of hospital archives', version: '1' })
export class ChartsealContract extends Contract {
  constructor() {
    super('chartseal');
  }

  override createContext(): ChartsealContext {
    return new ChartsealContext();
  }

  override async unknownTransaction(): Promise<void> {
    throw crossing(new ChartsealError('NOT_SUPPORTED', 'the contract has no such transaction'));
  }

  @Transaction()
  @Returns('string')
  async registerLog(context: ChartsealContext, request: string): Promise<string> {
    return run(registerLog, context, request);
  }

  @Transaction()
  @Returns('string')
  async append(context: ChartsealContext, request: string): Promise<string> {
    return run(append, context, request);
  }

  @Transaction(false)
  @Returns('string')
  async readCheckpoint(context: ChartsealContext, request: string): Promise<string> {
    return run(readCheckpoint, context, request);
  }

  @Transaction(false)
  @Returns('string')
  async readLog(context: ChartsealContext, request: string): Promise<string> {
    return run(readLog, context, request);
  }

  @Transaction(false)
  @Returns('string')
  async listLogs(context: ChartsealContext, request: string): Promise<string> {
    return run(listLogs, context, request);
  }

  @Transaction(false)
  @Returns('string')
  async listCheckpoints(context: ChartsealContext, request: string): Promise<string> {
    return run(listCheckpoints, context, request);
  }
}
