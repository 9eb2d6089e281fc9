// The built pages, as files in memory: what is not among them cannot be asked for.
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError } from '../services/file-error.js';
import type { MediaType } from './route.js';

export interface WebFile {
  readonly bytes: Uint8Array;
  readonly type: MediaType;
  /** Content-Security-Policy of a page; nothing but pages has one. */
  readonly policy: string | undefined;
}

const TYPES: Readonly<Record<string, MediaType>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** Written by the build: what each page may load. */
const POLICIES = 'pages.json';

function namesIn(folder: string): string[] {
  const isFile = (entry: Dirent) => entry.isFile();
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(isFile);
    return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

export class WebFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, WebFile> | undefined;

  /** @param folder what the build of the pages wrote */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** By its path below the folder, with slashes; undefined for what the build did not write. */
  find(name: string): WebFile | undefined {
    this.#files ??= this.#read();
    return this.#files.get(name);
  }

  /** Throws NOT_SUPPORTED where the pages were not built, NOT_FOUND for what is not one of them. */
  read(name: string): WebFile {
    const file = this.find(name);
    if (file !== undefined) return file;
    if (this.#files?.size === 0) {
      throw new ChartsealError('NOT_SUPPORTED', 'the pages were not built: run npm run setup');
    }
    throw new ChartsealError('NOT_FOUND', 'the pages have no such file');
  }

  #read(): ReadonlyMap<string, WebFile> {
    if (!namesIn(this.#folder).includes(POLICIES)) return new Map();
    const files = new Map<string, WebFile>();
    const policies = this.#policies();
    for (const name of namesIn(this.#folder)) {
      const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
      if (type === undefined) continue;
      const bytes = readFileSync(join(this.#folder, name));
      files.set(name.split(sep).join('/'), { bytes, type, policy: policies[name] });
    }
    return files;
  }

  /** The build writes it last: without it the build did not end, and there are no pages. */
  #policies(): Readonly<Record<string, string>> {
    return JSON.parse(readFileSync(join(this.#folder, POLICIES), 'utf8'));
  }
}
