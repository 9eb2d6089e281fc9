// Body of a digest thread (digest.ts): batches of paths in, as many results out, in their order.
import { parentPort, workerData } from 'node:worker_threads';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { DigestReply, WorkerSetting } from './digest.js';
import { digestRegularFile } from './file-digest.js';
import { fileNameBytes } from './file-name.js';

const port = parentPort;
if (port === null) throw new Error('digest-worker is the body of a thread');
const bytesRead = new BigInt64Array((workerData as WorkerSetting).bytesRead);

function count(bytes: number): void {
  Atomics.add(bytesRead, 0, BigInt(bytes));
}

function digest(path: string): DigestReply {
  try {
    return digestRegularFile(fileNameBytes(path), count);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { code: error.code, message: error.message };
  }
}

port.on('message', (paths: string) => port.postMessage(paths.split('\0').map(digest)));
