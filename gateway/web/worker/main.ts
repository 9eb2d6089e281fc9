// The worker of a page: hashes files and verifies evidence beside the page, so that the page goes
// on answering its reader. Nothing here reaches a network.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { MAX_JSON_BYTES } from '../../../chaincode/core/limits.js';
import { VerifierCache } from '../../evidence/checkpoint-check.js';
import { findEvidenceKind } from '../../evidence/evidence-file.js';
import { parseTrustFile, type Trust } from '../../evidence/trust.js';
import { verifyHistory } from '../../evidence/verify-history.js';
import { verifyReceipt } from '../../evidence/verify-receipt.js';
import { digestFile } from './file-digest.js';
import type { AnswerMessage, AskMessage, FileKind, QuestionName, Questions } from './protocol.js';

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  postMessage(message: AnswerMessage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<AskMessage>) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const cache = new VerifierCache();
const BRACE = 0x7b;
const TELL_EVERY_MS = 100;

let known: { readonly bytes: Uint8Array; readonly trust: Trust } | undefined;

const isSame = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** Its certificates are read once for all that is verified with it. */
function trustOf(bytes: Uint8Array): Trust {
  if (known === undefined || !isSame(known.bytes, bytes)) {
    known = { bytes, trust: parseTrustFile(bytes) };
  }
  return known.trust;
}

function isTrust(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes).includes('"format":"chartseal-trust/');
}

const isHistoryHead = (head: Uint8Array) =>
  new TextDecoder('latin1').decode(head).startsWith('{"attestation":');

async function inspect(file: Blob): Promise<FileKind> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const first = head.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte));
  if (first !== BRACE) return 'document';
  // Too large to be read as a whole: told by how each of them begins.
  if (file.size > MAX_JSON_BYTES) return isHistoryHead(head) ? 'history' : 'document';
  const bytes = new Uint8Array(await file.arrayBuffer());
  return findEvidenceKind(bytes) ?? (isTrust(bytes) ? 'trust' : 'document');
}

type Tell = (done: number, of?: number) => void;

type Answers = {
  readonly [Name in QuestionName]: (
    question: Questions[Name]['question'],
    tell: Tell,
  ) => Questions[Name]['answer'] | Promise<Questions[Name]['answer']>;
};

const ANSWERS: Answers = {
  inspect,
  digest: digestFile,
  trust: (bytes) => {
    const { file, fingerprint } = trustOf(bytes);
    return { file, fingerprint };
  },
  receipt: ({ trust, ...request }) => verifyReceipt({ ...request, trust: trustOf(trust), cache }),
  history: ({ trust, ...request }, tell) =>
    verifyHistory({ ...request, trust: trustOf(trust), cache, tell }),
};

async function answer<Name extends QuestionName>(ask: AskMessage<Name>): Promise<AnswerMessage> {
  const { id, name, question } = ask;
  let toldAt = 0;
  const tell: Tell = (done, of) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY_MS) return;
    toldAt = now;
    scope.postMessage(of === undefined ? { id, done } : { id, done, of });
  };
  try {
    return { id, answer: await ANSWERS[name](question, tell) };
  } catch (error) {
    const code = error instanceof ChartsealError ? error.code : '';
    return { id, refusal: { code, message: (error as Error).message } };
  }
}

scope.addEventListener('message', async ({ data }) => scope.postMessage(await answer(data)));
