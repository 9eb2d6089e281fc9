// One thing that failed, tried again as it was sent: by whom it was sent then, with what this
// version and the state of its record now make of it.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { digestFiles } from '../digest.js';
import type { Hospital } from '../hospital.js';
import { Ingest, type IngestOutcome } from '../ingest.js';
import type { AnchorDocument } from '../record-anchor.js';
import type { WalkedFile } from '../walk.js';
import { causeOf, type ReadAudit } from './audit-import.js';
import { type FailedItem, isMendable } from './failed.js';
import { type FileAgain, parseFileAgain } from './failed-rows.js';
import type { Anchoring } from './failed-shelf.js';
import { replayOne } from './replay.js';

export type RetryOutcome =
  | { readonly state: 'accepted' }
  | { readonly state: 'refused'; readonly code: ErrorCode; readonly message: string };

/** How what was kept is read. Each throws what refuses it. */
export interface FailedReaders {
  readonly audit: ReadAudit;
  record(content: Uint8Array): { document: AnchorDocument; patient?: PatientIdentifier };
}

type Retrying = Pick<Hospital, 'sequencer' | 'feed' | 'records' | 'store'>;

async function retryEvent(hospital: Retrying, id: number, audit: ReadAudit): Promise<RetryOutcome> {
  const outcome = await replayOne(hospital, id, audit);
  if (!('error' in outcome)) return { state: 'accepted' };
  const { code, message } = outcome.error;
  return { state: 'refused', code, message };
}

/** Why it cannot be tried here, though nothing changed. */
function untriable({ facts }: FailedItem, what: string): ChartsealError {
  const { code, message } = facts.cause;
  const told = message.endsWith(what) ? message : `${message}; ${what}`;
  return new ChartsealError(code, told);
}

async function anchorRecord(
  { records }: Retrying,
  item: FailedItem,
  readers: FailedReaders,
): Promise<Anchoring> {
  const { facts, content } = item;
  if (content.length === 0) throw untriable(item, 'its sender has to send it again');
  const { document, patient } = readers.record(content);
  await records.anchor(document, {
    by: facts.caller,
    ...(patient === undefined ? {} : { patient }),
  });
  return { caller: facts.caller, record: document.id, digest: document.digests['sha-256'] };
}

async function* only(file: WalkedFile): AsyncGenerator<WalkedFile> {
  yield file;
}

/** Reads the path again, here. Throws SHUTTING_DOWN when that is ended by the signal. */
async function digestAgain(path: Buffer, { name = '' }: FileAgain, signal: AbortSignal) {
  const file: WalkedFile = { kind: 'file', path, relative: name, folder: '' };
  for await (const result of digestFiles(only(file), { threads: 1, signal })) {
    if ('error' in result) throw result.error;
    if (!('skipped' in result)) return result;
  }
  if (signal.aborted) throw new ChartsealError('SHUTTING_DOWN', 'the file was not read to its end');
  throw new ChartsealError('BAD_INPUT', 'the file is empty: nothing in it could be proven');
}

async function anchorFile(
  { store, sequencer, records }: Retrying,
  item: FailedItem,
  signal: AbortSignal,
): Promise<Anchoring> {
  const { path = '', caller: by } = item.facts;
  const again = parseFileAgain(item.content);
  const { id, category, moved, patient } = again;
  if (id === undefined) throw untriable(item, 'run the ingest over it again');
  const result = await digestAgain(Buffer.from(path, 'base64'), again, signal);
  const ingest = new Ingest(
    // What fails is told here, and not kept a second time.
    { store, sequencer, records },
    { category, moved, by, recordId: () => id, ...(patient === undefined ? {} : { patient }) },
  );
  async function* batches() {
    yield [result];
  }
  const outcomes: IngestOutcome[] = [];
  for await (const some of ingest.run(batches())) outcomes.push(...some);
  for (const outcome of outcomes) if (outcome.state === 'failed') throw outcome.error;
  return { caller: by, record: id, digest: result.digest, path };
}

async function retryOne(
  hospital: Retrying,
  id: number,
  readers: FailedReaders,
  signal: AbortSignal,
): Promise<RetryOutcome> {
  const { feed } = hospital;
  if (feed.isUnused) throw new ChartsealError('NOT_FOUND', 'nothing that failed has this number');
  const item = await feed.unanchored.find(id);
  if (item === undefined) return retryEvent(hospital, id, readers.audit);
  let anchored: Anchoring;
  try {
    anchored = await (item.facts.kind === 'file'
      ? anchorFile(hospital, item, signal)
      : anchorRecord(hospital, item, readers));
  } catch (error) {
    if (!isMendable(error)) throw error;
    await feed.unanchored.refuseAgain(id, causeOf(error));
    return { state: 'refused', code: error.code, message: error.message };
  }
  await feed.unanchored.settle(id);
  await feed.unanchored.anchored([anchored]);
  return { state: 'accepted' };
}

/**
 * Throws NOT_FOUND, and faults of the store, the ledger or the feed itself; what is refused again
 * is none of them.
 * @param signal ends the reading of a file
 */
export function retryFailed(
  hospital: Retrying,
  id: number,
  readers: FailedReaders,
  signal: AbortSignal,
): Promise<RetryOutcome> {
  return hospital.feed.unanchored.inTurn(id, () => retryOne(hospital, id, readers, signal));
}
