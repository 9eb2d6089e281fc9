// Body of a digest thread (digest-pool.ts): paths in, as many replies out, in their order. Before a
// large file everything that waits behind it is handed back, for the other threads.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { DigestReply, Fault, ThreadMessage, WorkerSetting } from './digest-pool.js';
import { digestRegularFile } from './file-digest.js';
import { fileNameBytes } from './file-name.js';
import { ReadPace } from './read-pace.js';

const port = parentPort;
if (port === null) throw new Error('digest-worker is the body of a thread');
const setting = workerData as WorkerSetting;
const bytesRead = new BigInt64Array(setting.bytesRead);
const pace = setting.pace === undefined ? undefined : new ReadPace(setting.pace);

/** Paths neither answered nor handed back, the next one last. */
let waiting: string[] = [];

const post = (message: ThreadMessage): void => port.postMessage(message);

let digests = '';
let facts: number[] = [];
let faults: Map<number, Fault> = new Map();

function keep(reply: DigestReply): void {
  if ('code' in reply) {
    faults.set(facts.length / 2 + faults.size, reply);
  } else {
    digests += reply.digest;
    facts.push(reply.size, reply.mtimeMs);
  }
}

function sendReplies(): void {
  if (facts.length === 0 && faults.size === 0) return;
  post({ replies: { digests, facts: Float64Array.from(facts), faults } });
  digests = '';
  facts = [];
  faults = new Map();
}

const watcher = {
  ...(pace === undefined ? {} : { pieceBytes: pace.pieceBytes }),
  onBytes(count: number): void {
    Atomics.add(bytesRead, 0, BigInt(count));
    pace?.spend(count);
  },
  onLarge(): void {
    let handedBack = waiting.length;
    waiting = [];
    for (;;) {
      const found = receiveMessageOnPort(port);
      if (found === undefined) break;
      handedBack += (found.message as string).split('\0').length;
    }
    sendReplies();
    post({ handedBack });
  },
};

function digest(path: Buffer | string): DigestReply {
  try {
    return digestRegularFile(path, watcher);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { code: error.code, message: error.message };
  }
}

port.on('message', (paths: string) => {
  // ASCII is its own UTF-8, and the text of a path costs less than a Buffer.
  const isAscii = Buffer.byteLength(paths) === paths.length;
  waiting = paths.split('\0').reverse();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    keep(digest(isAscii ? path : fileNameBytes(path)));
  }
  sendReplies();
});
