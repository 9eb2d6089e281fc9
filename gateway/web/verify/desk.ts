// What lies on the desk: the files given, the trust file, and what was found of each bundle.
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { MAX_JSON_BYTES } from '../../../chaincode/core/limits.js';
import type { HistoryVerification } from '../../evidence/verify-history.js';
import type { ReceiptVerification } from '../../evidence/verify-receipt.js';
import { STOPPED } from '../view/meter.js';
import type { Questions, TrustFacts } from '../worker/protocol.js';
import { MAX_FILES, type TakenFile } from './intake.js';
import { type Bundle, bundleFiles, type GivenFile, isNamedAfter } from './pairs.js';
import { RefusedError, type Verifier } from './verifier.js';

export type Outcome =
  | { readonly kind: 'receipt'; readonly result: ReceiptVerification }
  | {
      readonly kind: 'history';
      readonly result: HistoryVerification;
      /** Up to when completeness was asked for, RFC 3339. */
      readonly asOf?: string;
    }
  | { readonly kind: 'missing'; readonly result: ReceiptVerification }
  | { readonly kind: 'noReceipt' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'tooLarge'; readonly size: number }
  | { readonly kind: 'unreadable'; readonly message: string };

/** One bundle with what is known of it. */
export interface Item extends Bundle {
  /** SHA-256 of the document given, hex. */
  readonly digest?: string;
  readonly outcome?: Outcome;
}

export interface Progress {
  readonly kind: 'document' | 'history';
  readonly name: string;
  /** Bytes of a document, entries of a history. */
  readonly done: number;
  readonly size: number | undefined;
}

export interface TrustState {
  readonly name: string;
  readonly facts?: TrustFacts;
  /** Why it cannot be used. */
  readonly refusal?: { readonly code: string; readonly message: string };
  /** Name of one that was given before and says something else. */
  readonly other?: string;
}

const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());

export class Desk {
  readonly #verifier: Verifier;
  readonly #changed: () => void;
  readonly #advanced: (progress: Progress) => void;
  /** By path: what is given again takes the place of what was given before. */
  readonly #files = new Map<string, GivenFile>();
  #trustBytes: Uint8Array | undefined;
  #asOf: number | undefined;
  /** Counts up when all is cleared: what is still read for an earlier one is dropped. */
  #epoch = 0;
  /** Counts up when what was given changes: what is verified for an earlier one stops. */
  #run = 0;
  #adding: Promise<void> = Promise.resolve();
  items: Item[] = [];
  trust: TrustState | undefined;
  reading: { readonly done: number; readonly of: number } | undefined;
  overflow = false;
  /** Whether something is verified just now. */
  isWorking = false;

  /** @param changed is told of every change, `advanced` of each piece of a large file */
  constructor(verifier: Verifier, changed: () => void, advanced: (progress: Progress) => void) {
    this.#verifier = verifier;
    this.#changed = changed;
    this.#advanced = advanced;
  }

  count(kind: GivenFile['kind']): number {
    return [...this.#files.values()].filter((file) => file.kind === kind).length;
  }

  /** Up to when lists must be complete, in ms since 1970. */
  get asOf(): number | undefined {
    return this.#asOf;
  }

  /** Whether the reader stopped before all was verified. */
  get isStopped(): boolean {
    return this.items.some(({ outcome }) => outcome?.kind === 'stopped');
  }

  /** Ends what is verified just now, for this time; what was found stays. */
  stop(): void {
    if (!this.isWorking) return;
    this.#run++;
    this.isWorking = false;
    this.items = this.items.map((item) =>
      item.outcome === undefined ? { ...item, outcome: { kind: 'stopped' } } : item,
    );
    this.#verifier.stop();
    this.#changed();
  }

  /** Verifies what was stopped. */
  async goOn(): Promise<void> {
    await this.#again(({ outcome }) => outcome?.kind === 'stopped');
  }

  async #again(isMeant: (item: Item) => boolean): Promise<void> {
    await this.#adding;
    const run = ++this.#run;
    this.items = this.items.map((item) => {
      const { outcome: _, ...bundle } = item;
      return isMeant(item) ? bundle : item;
    });
    this.#changed();
    await this.#verifyAll(run);
  }

  get finished(): number {
    return this.items.filter(({ outcome }) => outcome !== undefined).length;
  }

  get isDone(): boolean {
    return this.reading === undefined && this.finished === this.items.length;
  }

  clear(): void {
    this.#epoch++;
    this.#run++;
    if (this.isWorking) this.#verifier.stop();
    this.isWorking = false;
    this.#files.clear();
    this.#trustBytes = undefined;
    this.#asOf = undefined;
    this.items = [];
    this.trust = undefined;
    this.reading = undefined;
    this.overflow = false;
    this.#changed();
  }

  /** What is given while other files are still read waits for its turn. */
  async add(taken: readonly TakenFile[]): Promise<void> {
    const epoch = this.#epoch;
    const read = () => this.#read(taken, epoch);
    const done = this.#adding.then(read, read);
    this.#adding = done;
    await done;
    if (epoch === this.#epoch) await this.#verifyAll(++this.#run);
  }

  /** Up to when lists must be complete from now on; they are verified again. */
  async askFor(asOf: number | undefined): Promise<void> {
    this.#asOf = asOf;
    await this.#again(({ history }) => history !== undefined);
  }

  async #read(taken: readonly TakenFile[], epoch: number): Promise<void> {
    const room = Math.max(0, MAX_FILES - this.#files.size);
    const wanted = taken.slice(0, room);
    for (const [done, { path, file, inFolder }] of wanted.entries()) {
      if (done % 50 === 0) {
        this.reading = { done, of: wanted.length };
        this.#changed();
      }
      const kind = await this.#kindOf(file);
      if (epoch !== this.#epoch) return;
      if (kind === 'trust') await this.#useTrust(path, file);
      else this.#files.set(path, { path, file, kind, inFolder });
    }
    this.overflow ||= taken.length > room;
    this.reading = undefined;
    // What is still verified for the items before must not stand among these.
    this.#run++;
    this.items = bundleFiles([...this.#files.values()]);
    this.#changed();
  }

  /** Again, where what is verified was stopped, and the worker with it: the reading was not. */
  async #askOf<Name extends 'inspect' | 'trust'>(
    name: Name,
    question: Questions[Name]['question'],
  ): Promise<Questions[Name]['answer']> {
    try {
      return await this.#verifier.ask(name, question);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== STOPPED) throw error;
      return this.#askOf(name, question);
    }
  }

  /** What cannot be read now is told when its turn comes. */
  async #kindOf(file: File): Promise<GivenFile['kind']> {
    try {
      return await this.#askOf('inspect', file);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return 'document';
    }
  }

  /** Of two that differ none is used: one may lie in the very folder that is to be verified. */
  async #useTrust(name: string, file: File): Promise<void> {
    if (this.trust?.other !== undefined) return;
    try {
      const bytes = await bytesOf(file);
      if (this.#trustBytes !== undefined && !equalBytes(this.#trustBytes, bytes)) {
        this.#trustBytes = undefined;
        this.trust = { name, other: this.trust?.name ?? '' };
        return;
      }
      const facts = await this.#askOf('trust', bytes);
      this.#trustBytes = bytes;
      this.trust = { name, facts };
    } catch (error) {
      const { message } = error as Error;
      const code = error instanceof RefusedError ? error.code : '';
      this.#trustBytes = undefined;
      this.trust = { name, refusal: { code, message } };
    }
  }

  async #verifyAll(run: number): Promise<void> {
    const trust = this.#trustBytes;
    this.isWorking = trust !== undefined && this.finished < this.items.length;
    this.#changed();
    if (trust === undefined) return;
    for (const [at, bundle] of [...this.items].entries()) {
      if (bundle.outcome !== undefined) continue;
      const item = await this.#verify(bundle, trust);
      if (run !== this.#run) return;
      this.items[at] = item;
      this.isWorking = at < this.items.length - 1;
      this.#changed();
    }
    this.isWorking = false;
  }

  async #verify(bundle: Bundle, trust: Uint8Array): Promise<Item> {
    try {
      return await this.#judge(bundle, trust);
    } catch (error) {
      const { message } = error as Error;
      return { ...bundle, outcome: { kind: 'unreadable', message } };
    }
  }

  async #judge(bundle: Bundle, trust: Uint8Array): Promise<Item> {
    const { document, receipt, history, name } = bundle;
    if (history !== undefined) {
      const asOf = this.#asOf;
      const asked = asOf === undefined ? {} : { asOf };
      const { size: bytes } = history.file;
      if (bytes > MAX_JSON_BYTES) return { ...bundle, outcome: { kind: 'tooLarge', size: bytes } };
      const question = { history: await bytesOf(history.file), trust, ...asked };
      const tell = (done: number, size?: number) =>
        this.#advanced({ kind: 'history', name, done, size });
      const result = await this.#verifier.ask('history', question, tell, [question.history]);
      const told = asOf === undefined ? {} : { asOf: new Date(asOf).toISOString() };
      return { ...bundle, outcome: { kind: 'history', result, ...told } };
    }
    if (receipt === undefined) return { ...bundle, outcome: { kind: 'noReceipt' } };
    const bytes = await bytesOf(receipt.file);
    if (document === undefined) {
      const result = await this.#verifier.ask('receipt', { receipt: bytes, trust });
      const wanted = result.verdict === 'not checked' && result.entry !== undefined;
      const isGone = wanted && receipt.inFolder && isNamedAfter(receipt.path);
      return { ...bundle, outcome: { kind: isGone ? 'missing' : 'receipt', result } };
    }
    const { size } = document.file;
    const digest = await this.#verifier.ask('digest', document.file, (done) =>
      this.#advanced({ kind: 'document', name, done, size }),
    );
    const facts = { digests: { 'sha-256': digest }, size };
    const result = await this.#verifier.ask('receipt', { receipt: bytes, trust, document: facts });
    return { ...bundle, digest, outcome: { kind: 'receipt', result } };
  }
}
