// Body of the thread of one large history (history-bytes.ts): its parts in, its bytes out.
import { parentPort, workerData } from 'node:worker_threads';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { History } from '../evidence/history.js';
import { parseTrustFile } from '../evidence/trust.js';
import {
  checkedBytes,
  type HistoryAnswer,
  type HistoryPart,
  type HistorySetting,
} from './history-bytes.js';

const port = parentPort;
if (port === null) throw new Error('history-worker is the body of a thread');
const { history, withheld, check } = workerData as HistorySetting;
const parts: HistoryPart[] = [];

function whole(): History {
  const openings = parts.flatMap((part) => part.openings);
  return {
    ...history,
    leaves: parts.flatMap((part) => part.leaves),
    entries: parts.flatMap((part) => part.entries),
    ...(openings.some((one) => one !== null) ? { openings } : {}),
  };
}

function answer(): HistoryAnswer {
  try {
    const known = check && {
      trust: parseTrustFile(check.trustFile),
      recordKey: check.recordKey,
    };
    return { bytes: checkedBytes(whole(), withheld, known) };
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return { code: error.code, message: error.message };
  }
}

port.on('message', (part: HistoryPart) => {
  parts.push(part);
  if (part.leaves.length > 0) return;
  const made = answer();
  const moved = 'bytes' in made ? [made.bytes.buffer as ArrayBuffer] : [];
  port.postMessage(made, moved);
});
