// One run over folders: walk, digest, anchor. Every entry that the walk finds is answered for.
import type { ChartsealError } from '../../chaincode/core/errors.js';
import type { Store } from '../store/store.js';
import { type ByteCounter, type DigestResult, digestInBatches, type EmptyFile } from './digest.js';
import { Ingest, type IngestOptions, type IngestOutcome } from './ingest.js';
import type { LogContext } from './log-context.js';
import type { Sequencer } from './sequencer/sequencer.js';
import {
  type FailedEntry,
  type SkippedEntry,
  type WalkedFile,
  type WalkOptions,
  walkInBatches,
} from './walk.js';

export interface FoldersOptions extends WalkOptions {
  readonly paths: readonly string[];
  readonly counter?: ByteCounter;
}

export interface IngestRunOptions extends IngestOptions, FoldersOptions {}

/** Anchors what was digested, here or elsewhere; as {@link Ingest.run}. */
export type Anchor = (
  batches: AsyncIterable<readonly DigestResult[]>,
) => AsyncGenerator<readonly IngestOutcome[]>;

export type RunOutcome =
  | IngestOutcome
  | { readonly state: 'skipped'; readonly file: SkippedEntry }
  | { readonly state: 'failed'; readonly file: FailedEntry; readonly error: ChartsealError };

type NotAFile = Exclude<RunOutcome, { file: WalkedFile }>;

/** As {@link runFolders}, into an open store. */
export function runIngest(
  services: { store: Store; sequencer: Sequencer; context: LogContext },
  options: IngestRunOptions,
): AsyncGenerator<readonly RunOutcome[]> {
  return runFolders((batches) => new Ingest(services, options).run(batches), options);
}

/** Outcomes in no particular order; throws only for faults of the store or the ledger. */
export async function* runFolders(
  anchor: Anchor,
  options: FoldersOptions,
): AsyncGenerator<readonly RunOutcome[]> {
  const others: NotAFile[] = [];
  const files = onlyFiles(options, others);
  const digests = digestInBatches(files, options.counter ? { counter: options.counter } : {});
  const results = onlyResults(digests, others);
  for await (const outcomes of anchor(results)) {
    yield [...others.splice(0), ...outcomes];
  }
  yield others;
}

async function* onlyFiles(
  options: FoldersOptions,
  others: NotAFile[],
): AsyncGenerator<readonly WalkedFile[]> {
  for await (const items of walkInBatches(options.paths, options)) {
    const files: WalkedFile[] = [];
    for (const item of items) {
      if (item.kind === 'file') files.push(item);
      else if (item.kind === 'skipped') others.push({ state: 'skipped', file: item });
      else others.push({ state: 'failed', file: item, error: item.error });
    }
    yield files;
  }
}

async function* onlyResults(
  digests: AsyncIterable<readonly (DigestResult | EmptyFile)[]>,
  others: NotAFile[],
): AsyncGenerator<readonly DigestResult[]> {
  for await (const digested of digests) {
    const results: DigestResult[] = [];
    for (const digest of digested) {
      if ('skipped' in digest) others.push(skippedEntry(digest));
      else results.push(digest);
    }
    yield results;
  }
}

function skippedEntry({ file, skipped }: EmptyFile): NotAFile {
  const { path, relative, folder } = file;
  return { state: 'skipped', file: { kind: 'skipped', path, relative, folder, reason: skipped } };
}
