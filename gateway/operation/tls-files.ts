// The files of a listener's TLS while it listens: looked at again and again, and taken up when they
// are whole and fit each other. Until then what was taken before goes on counting.
import { stat } from 'node:fs/promises';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isSystemError } from '../services/file-error.js';
import type { DatedCertificate } from './readiness.js';
import { readTlsMaterial, type TlsMaterial, type TlsPaths } from './tls-material.js';

const LOOK_MS = 5_000;

export interface TlsFilesOptions {
  readonly listener: 'people' | 'systems';
  readonly paths: TlsPaths;
  /**
   * New files are whole, or the revocation list has ended: serve with this, and have clients that
   * show certificates begin anew.
   */
  readonly onMaterial: (material: TlsMaterial, why: 'tls-reloaded' | 'tls-list-ended') => void;
  /** New files cannot be taken. Told once for each fault. */
  readonly onFault: (fault: ChartsealError) => void;
  readonly now?: () => number;
}

/** What changes when a file does. */
async function markOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino, mode } = await stat(path);
    return `${mtimeMs} ${size} ${ino} ${mode}`;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return String(error.code);
  }
}

const invalid = (faults: readonly string[]) =>
  new ChartsealError('CONFIG_INVALID', faults.join('\n'));

export class TlsFiles {
  readonly #options: TlsFilesOptions;
  #material: TlsMaterial;
  #marks: string;
  #fault: ChartsealError | undefined;
  #isListEnded = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  private constructor(options: TlsFilesOptions, material: TlsMaterial, marks: string) {
    this.#options = options;
    this.#material = material;
    this.#marks = marks;
  }

  /** Throws CONFIG_INVALID with every fault. */
  static async open(options: TlsFilesOptions): Promise<TlsFiles> {
    const marks = await TlsFiles.#marksOf(options);
    const found = await TlsFiles.#read(options);
    if (found instanceof ChartsealError) throw found;
    return new TlsFiles(options, found, marks);
  }

  static async #read(options: TlsFilesOptions): Promise<TlsMaterial | ChartsealError> {
    const { listener, paths, now = Date.now } = options;
    const { material, faults } = await readTlsMaterial(listener, paths, now());
    if (material !== undefined) return material;
    return invalid(faults.map(({ member, text }) => `${listener}.tls.${member} ${text}`));
  }

  static async #marksOf({ paths }: TlsFilesOptions): Promise<string> {
    const all = Object.values(paths).filter((path) => path !== undefined);
    return (await Promise.all(all.map(markOf))).join('\n');
  }

  get material(): TlsMaterial {
    return this.#material;
  }

  get dated(): readonly DatedCertificate[] {
    return this.#material.dated;
  }

  /** Why the files as they lie there now are not served; undefined when they are. */
  get fault(): ChartsealError | undefined {
    return this.#fault;
  }

  /** Looks from now on. */
  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Takes the files up when they have changed, or when they could not be taken before. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { onMaterial } = this.#options;
    try {
      this.#lookAtList();
      const marks = await TlsFiles.#marksOf(this.#options);
      if (marks === this.#marks && this.#fault === undefined) return;
      const found = await TlsFiles.#read(this.#options);
      if (found instanceof ChartsealError) return this.#keep(found);
      // Files that change while they are read are read again the next time.
      if ((await TlsFiles.#marksOf(this.#options)) !== marks) return;
      this.#marks = marks;
      this.#material = found;
      this.#fault = undefined;
      this.#isListEnded = false;
      onMaterial(found, 'tls-reloaded');
    } catch (cause) {
      this.#keep(new ChartsealError('UNEXPECTED', 'the files of TLS', { cause }));
    }
  }

  /** New connections are refused by TLS then: no older one goes on either. */
  #lookAtList(): void {
    const { onMaterial, now = Date.now } = this.#options;
    if (this.#isListEnded || now() <= this.#material.listEndsAt) return;
    this.#isListEnded = true;
    onMaterial(this.#material, 'tls-list-ended');
  }

  #keep(fault: ChartsealError): void {
    const isNew = fault.message !== this.#fault?.message;
    this.#fault = fault;
    if (isNew) this.#options.onFault(fault);
  }
}
