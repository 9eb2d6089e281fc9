// Finds the files below the paths that somebody gave; every entry found is answered for, and no
// link is followed, so that loops cannot occur. Memory holds the names of the folders on the way
// down, nothing else.
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { fileError } from './file-error.js';
import { decodeFileName, fileNameBytes, fileNameFromText, showFileName } from './file-name.js';
import { leftOut } from './left-out.js';
import {
  type EntryKind,
  kindBy,
  kindOf,
  type ListedEntry,
  listFolder,
  nameOf,
} from './list-folder.js';
import { findOwnFile, type OwnFile } from './own-file.js';

export type SkipReason =
  | Exclude<EntryKind, 'file' | 'folder' | 'unknown'>
  /** Nothing in it could be proven; told by those who read it (digest.ts). */
  | 'empty file'
  | 'own folder'
  | OwnFile;

interface WalkedEntry {
  /** Absolute, as the file system has it. */
  readonly path: Buffer;
  /**
   * Below the folder given, with `/`, empty for that folder itself; the name when a file was given.
   * Of skipped and failed entries it is for show: bytes that are not UTF-8 stand as `\xNN`.
   */
  readonly relative: string;
  /** Name of the folder given; of the one that holds it when a file was given. */
  readonly folder: string;
}

export interface WalkedFile extends WalkedEntry {
  readonly kind: 'file';
}

export interface SkippedEntry extends WalkedEntry {
  readonly kind: 'skipped';
  readonly reason: SkipReason;
}

export interface FailedEntry extends WalkedEntry {
  readonly kind: 'failed';
  readonly error: ChartsealError;
}

export type WalkItem = WalkedFile | SkippedEntry | FailedEntry;

export interface WalkOptions {
  /** Files and folders of Chartseal's own (data, receipts); they need not exist yet. */
  readonly exclude?: readonly string[];
  /** Receipts may lie beside the documents: they are none, nor is what was left half-written. */
  readonly skipReceipts?: boolean;
}

/** Entries between two turns of the event loop, so that timers and signals are heard. */
const TURN_ENTRIES = 256;

/**
 * Walks the paths in the order given, depth first, names in the order of their bytes:
 *
 * - regular file, hidden ones too: `file`
 * - symbolic link: skipped; a path given that is one is resolved once
 * - socket, FIFO, device: skipped, never opened
 * - Chartseal's own folders, and receipts when asked: skipped
 * - folder that cannot be read: failed FILE_UNREADABLE, and the walk goes on
 * - name that is not UTF-8: failed NAME_NOT_UTF8, each file below such a folder too
 * - path given that is not there, folder gone before it was listed: failed FILE_MISSING
 *
 * Throws only for faults that are no file's.
 */
export async function* walk(
  paths: readonly string[],
  options: WalkOptions = {},
): AsyncGenerator<WalkItem> {
  let count = 0;
  for (const item of items(paths, options)) {
    yield item;
    if (++count % TURN_ENTRIES === 0) await setImmediate();
  }
}

/** As {@link walk}, many entries at once, so that it looks ahead. */
export async function* walkInBatches(
  paths: readonly string[],
  options: WalkOptions = {},
): AsyncGenerator<readonly WalkItem[]> {
  let batch: WalkItem[] = [];
  for (const item of items(paths, options)) {
    batch.push(item);
    if (batch.length < TURN_ENTRIES) continue;
    yield batch;
    batch = [];
    await setImmediate();
  }
  if (batch.length > 0) yield batch;
}

function* items(paths: readonly string[], options: WalkOptions): Generator<WalkItem> {
  for (const path of paths) yield* new Walk(path, options).run();
}

interface Level {
  /** Below the top, empty or ending with `/`. */
  readonly prefix: string;
  readonly entries: readonly ListedEntry[];
  next: number;
}

/** One path given. All names within are latin1 text (file-name.ts). */
class Walk {
  readonly #given: string;
  readonly #options: WalkOptions;
  #folder: string;
  #leftOut: (relative: string) => boolean = () => false;
  /** The folder walked, ending with `/`. */
  #top = '';

  constructor(path: string, options: WalkOptions) {
    this.#given = resolve(path);
    this.#folder = basename(dirname(this.#given));
    this.#options = options;
  }

  *run(): Generator<WalkItem> {
    const real = fileNameFromText(this.#given);
    let found: { path: string; kind: EntryKind };
    let top: string;
    try {
      found = resolveLink(real);
      top = found.kind === 'folder' ? found.path : dirname(found.path);
      const realTop = realpathSync.native(fileNameBytes(top), { encoding: 'latin1' });
      this.#leftOut = leftOut(realTop, this.#options.exclude ?? []);
    } catch (error) {
      yield this.#failed(fileNameBytes(real), basename(real), fileError(error, 'file'));
      return;
    }
    const { kind } = found;
    const path = fileNameBytes(found.path);
    this.#top = top === '/' ? '/' : `${top}/`;
    if (kind !== 'folder') {
      yield this.#entry(path, basename(real), kind, this.#leftOut(basename(found.path)));
      return;
    }
    this.#folder = basename(this.#given);
    if (this.#leftOut('')) yield this.#skipped(path, '', 'own folder');
    else yield* this.#below();
  }

  *#below(): Generator<WalkItem> {
    const levels: Level[] = [];
    let current = this.#list('');
    for (;;) {
      if ('kind' in current) yield current;
      else levels.push(current);
      let folder: string | undefined;
      while (folder === undefined) {
        const level = levels.at(-1);
        if (level === undefined) return;
        folder = yield* this.#files(level);
        if (folder === undefined) levels.pop();
      }
      current = this.#list(folder);
    }
  }

  /** Yields what is no folder, up to the first folder to go down into, which it returns. */
  *#files(level: Level): Generator<WalkItem, string | undefined> {
    for (;;) {
      const entry = level.entries[level.next++];
      if (entry === undefined) return undefined;
      const relative = level.prefix + nameOf(entry);
      const path = this.#path(relative);
      let kind = kindOf(entry);
      try {
        // Looked at again before it is gone into: a link may stand there by now.
        if (kind === 'folder' || kind === 'unknown') kind = kindBy(lstatSync(path));
      } catch (error) {
        yield this.#failed(path, relative, fileError(error, 'file'));
        continue;
      }
      const own = this.#leftOut(relative);
      if (kind === 'folder' && !own) return relative;
      yield this.#entry(path, relative, kind, own);
    }
  }

  #list(relative: string): Level | FailedEntry {
    const path = this.#path(relative);
    try {
      const entries = listFolder(path);
      return { prefix: relative === '' ? '' : `${relative}/`, entries, next: 0 };
    } catch (error) {
      return this.#failed(path, relative, fileError(error, 'folder'));
    }
  }

  #entry(path: Buffer, relative: string, kind: EntryKind, own: boolean): WalkItem {
    if (own || kind === 'folder') return this.#skipped(path, relative, 'own folder');
    if (kind !== 'file') {
      return this.#skipped(path, relative, kind === 'unknown' ? 'device' : kind);
    }
    const text = decodeFileName(relative);
    if (text === undefined) {
      const error = new ChartsealError('NAME_NOT_UTF8', 'the name of the file is not UTF-8');
      return this.#failed(path, relative, error);
    }
    const ours = this.#options.skipReceipts === true ? findOwnFile(path, text) : undefined;
    if (ours !== undefined) return this.#skipped(path, relative, ours);
    return { kind, path, relative: text, folder: this.#folder };
  }

  #skipped(path: Buffer, relative: string, reason: SkipReason): SkippedEntry {
    const shown = showFileName(relative);
    return { kind: 'skipped', path, relative: shown, folder: this.#folder, reason };
  }

  #failed(path: Buffer, relative: string, error: unknown): FailedEntry {
    if (!(error instanceof ChartsealError)) throw error;
    return { kind: 'failed', path, relative: showFileName(relative), folder: this.#folder, error };
  }

  #path(relative: string): Buffer {
    return fileNameBytes(this.#top + relative);
  }
}

/** The entry at the path, or the one that the symbolic link at the path leads to. */
function resolveLink(path: string): { path: string; kind: EntryKind } {
  const kind = kindBy(lstatSync(fileNameBytes(path)));
  if (kind !== 'symbolic link') return { path, kind };
  const target = realpathSync.native(fileNameBytes(path), { encoding: 'latin1' });
  return { path: target, kind: kindBy(lstatSync(fileNameBytes(target))) };
}
