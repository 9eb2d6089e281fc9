// Body of a digest thread (digest-pool.ts): paths in, as many replies out, in their order. Before a
// large file everything that waits behind it is handed back, for the other threads.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { DigestReply, ThreadMessage, WorkerSetting } from './digest-pool.js';
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
let replies: DigestReply[] = [];

const post = (message: ThreadMessage): void => port.postMessage(message);

function sendReplies(): void {
  if (replies.length === 0) return;
  post({ replies: JSON.stringify(replies) });
  replies = [];
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

function digest(path: string): DigestReply {
  try {
    return digestRegularFile(fileNameBytes(path), watcher);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { code: error.code, message: error.message };
  }
}

port.on('message', (paths: string) => {
  waiting = paths.split('\0').reverse();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    // Not in one expression: digest() may send the replies and begin a new list.
    const reply = digest(path);
    replies.push(reply);
  }
  sendReplies();
});
