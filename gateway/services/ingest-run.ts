// One run over folders: walk, digest, anchor. Every entry that the walk finds is answered for.
import { type ByteCounter, type DigestResult, digestInBatches, type EmptyFile } from './digest.js';
import type { IngestOutcome } from './ingest.js';
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

/** Anchors what was digested, here or elsewhere; as Ingest.run. */
export type Anchor = (
  batches: AsyncIterable<readonly DigestResult[]>,
) => AsyncGenerator<readonly IngestOutcome[]>;

interface Skipped {
  readonly state: 'skipped';
  readonly file: SkippedEntry;
}

export type RunOutcome = IngestOutcome | Skipped;

/** What the walk answers for beside files. */
interface Others {
  readonly skipped: Skipped[];
  /** They go the way of files that cannot be read: whoever anchors hears of all that failed. */
  readonly failed: DigestResult[];
}

/** Outcomes in no particular order; throws only for faults of the store or the ledger. */
export async function* runFolders(
  anchor: Anchor,
  options: FoldersOptions,
): AsyncGenerator<readonly RunOutcome[]> {
  const others: Others = { skipped: [], failed: [] };
  const files = onlyFiles(options, others);
  const digests = digestInBatches(files, options.counter ? { counter: options.counter } : {});
  const results = onlyResults(digests, others);
  for await (const outcomes of anchor(results)) {
    yield [...others.skipped.splice(0), ...outcomes];
  }
  yield others.skipped;
}

async function* onlyFiles(
  options: FoldersOptions,
  others: Others,
): AsyncGenerator<readonly WalkedFile[]> {
  for await (const items of walkInBatches(options.paths, options)) {
    const files: WalkedFile[] = [];
    for (const item of items) {
      if (item.kind === 'file') files.push(item);
      else if (item.kind === 'skipped') others.skipped.push({ state: 'skipped', file: item });
      else others.failed.push(unreadable(item));
    }
    yield files;
  }
}

async function* onlyResults(
  digests: AsyncIterable<readonly (DigestResult | EmptyFile)[]>,
  others: Others,
): AsyncGenerator<readonly DigestResult[]> {
  for await (const digested of digests) {
    const results: DigestResult[] = others.failed.splice(0);
    for (const digest of digested) {
      if ('skipped' in digest) others.skipped.push(skippedEntry(digest));
      else results.push(digest);
    }
    yield results;
  }
  yield others.failed.splice(0);
}

function unreadable({ path, relative, folder, error }: FailedEntry): DigestResult {
  return { file: { kind: 'file', path, relative, folder }, error };
}

function skippedEntry({ file, skipped }: EmptyFile): Skipped {
  const { path, relative, folder } = file;
  return { state: 'skipped', file: { kind: 'skipped', path, relative, folder, reason: skipped } };
}
