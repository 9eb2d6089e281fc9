// Hashes the files of records again, several at a time, and answers in the order of the records.
// Bounded memory: no more than a window of records is between the first and the last in hand.
import { type ByteCounter, type DigestResult, digestFiles, type EmptyFile } from '../digest.js';
import { fileNameBytes } from '../file-name.js';
import { Signal } from '../sequencer/signal.js';
import { type AnswerRow, answerOf, withoutFile } from './answers.js';
import type { AnchoredRecord } from './records.js';

export interface ArchiveAuditOptions {
  readonly counter?: ByteCounter;
  readonly bytesPerSecond?: number;
  /** Ends the run at once; what is not answered by then stays unanswered. */
  readonly signal: AbortSignal;
  /**
   * Ends the run too, but not before one record is answered: a file that takes longer than this
   * would stand in the way of all behind it.
   */
  readonly windowMs?: number;
  /** The record as it is anchored by now: it may have been amended since it was listed. */
  readonly readAgain: (record: AnchoredRecord) => AnchoredRecord;
}

export interface Answered {
  readonly record: AnchoredRecord;
  readonly row: AnswerRow;
}

interface RecordFile {
  readonly path: Buffer;
  readonly place: number;
  readonly record: AnchoredRecord;
}

interface Asked {
  isAnswered: boolean;
  readonly result: Promise<IteratorResult<Result>>;
}

type Result = DigestResult<RecordFile> | EmptyFile<RecordFile>;

/** Records between the first that is not answered and the last that is asked for. */
const WINDOW = 16_384;
const LONG_MS = 60_000;

export class ArchiveAudit {
  readonly #options: ArchiveAuditOptions;
  readonly #records: AsyncIterable<AnchoredRecord>;
  readonly #signal = new Signal();
  /** By place, those that wait for one before them. */
  readonly #waiting = new Map<number, Answered>();
  /** Ends the digesting, for whichever reason. */
  readonly #stop = new AbortController();
  #isOver = false;
  #isWindowOver = false;
  #isOverrun = false;
  #isWhole = false;
  #asked = 0;
  #given = 0;

  constructor(records: AsyncIterable<AnchoredRecord>, options: ArchiveAuditOptions) {
    this.#records = records;
    this.#options = options;
  }

  /** Whether every record was answered. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether the first record took longer than the window. */
  get isOverrun(): boolean {
    return this.#isOverrun;
  }

  /** Answers in order; ends early, without a gap, when the signal says so. */
  async *run(): AsyncGenerator<Answered> {
    const { signal, windowMs } = this.#options;
    const end = () => this.#end();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    const window = windowMs === undefined ? undefined : setTimeout(this.#endWindow, windowMs);
    const digesting = { ...this.#options, signal: this.#stop.signal };
    const results = digestFiles<RecordFile>(this.#files(), digesting);
    try {
      let asked = this.#ask(results);
      for (;;) {
        const changed = this.#signal.next(LONG_MS);
        yield* this.#ready();
        if (!asked.isAnswered) {
          await changed;
          continue;
        }
        const { value, done } = await asked.result;
        if (done) {
          this.#isWhole = !this.#stop.signal.aborted;
          break;
        }
        this.#answer(value.file, await this.#judge(value));
        asked = this.#ask(results);
      }
      yield* this.#ready();
    } finally {
      clearTimeout(window);
      signal.removeEventListener('abort', end);
      this.#end();
      await results.return(undefined);
    }
  }

  #end(): void {
    this.#isOver = true;
    this.#stop.abort();
    this.#signal.notify();
  }

  readonly #endWindow = () => {
    this.#isWindowOver = true;
    if (this.#given > 0) this.#end();
    else {
      this.#isOverrun = true;
      this.#signal.notify();
    }
  };

  /** Whether further files are not begun any more. */
  #isClosing(): boolean {
    return this.#isOver || (this.#isWindowOver && this.#asked > 0);
  }

  /** The next result, and whether it is there already: records without a file need none. */
  #ask(results: AsyncGenerator<Result>): Asked {
    const asked: Asked = { isAnswered: false, result: results.next() };
    const arrived = () => {
      asked.isAnswered = true;
      this.#signal.notify();
    };
    asked.result.then(arrived, arrived);
    return asked;
  }

  /** A file that is not as it was listed may be as it was anchored since. */
  async #judge(result: Result): Promise<AnswerRow> {
    let { record } = result.file;
    let row = answerOf(record, result);
    while (row.answer !== 'unchanged') {
      const now = this.#options.readAgain(record);
      if (now.version === record.version && now.path === record.path) break;
      record = now;
      const again = await this.#digestAgain(now);
      if (again === undefined) break;
      row = again;
    }
    return row;
  }

  /** Undefined when the run ends meanwhile. */
  async #digestAgain(record: AnchoredRecord): Promise<AnswerRow | undefined> {
    if (record.path === undefined) return withoutFile(record);
    const file = { path: fileNameBytes(record.path), place: 0, record };
    const one = async function* () {
      yield file;
    };
    const digesting = { ...this.#options, signal: this.#stop.signal };
    for await (const result of digestFiles<RecordFile>(one(), digesting)) {
      return answerOf(record, result);
    }
    return undefined;
  }

  #answer({ place, record }: Pick<RecordFile, 'place' | 'record'>, row: AnswerRow): void {
    this.#waiting.set(place, { record, row });
    if (place === this.#given) this.#signal.notify();
  }

  *#ready(): Generator<Answered> {
    for (;;) {
      const answered = this.#waiting.get(this.#given);
      if (answered === undefined) return;
      this.#waiting.delete(this.#given);
      this.#given++;
      this.#signal.notify();
      yield answered;
      if (this.#isWindowOver) this.#end();
    }
  }

  async *#files(): AsyncGenerator<RecordFile> {
    for await (const record of this.#records) {
      while (this.#asked - this.#given >= WINDOW && !this.#isClosing()) {
        await this.#signal.next(LONG_MS);
      }
      if (this.#isClosing()) return;
      const place = this.#asked++;
      if (record.path === undefined) this.#answer({ place, record }, withoutFile(record));
      else yield { path: fileNameBytes(record.path), place, record };
    }
  }
}
