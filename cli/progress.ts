// One line on a terminal's stderr: how far, how fast, how long still. Nothing where there is no
// terminal.
import { lstatSync } from 'node:fs';
import type { ByteCounter } from '../gateway/services/digest.js';
import type { WalkItem } from '../gateway/services/walk.js';
import type { CommandContext } from './context.js';

const REDRAW_MS = 200;
const BAR_WIDTH = 20;
const MEBIBYTE = 1024 * 1024;
/** Before that, the rate says little about the time left. */
const ESTIMATE_AFTER_S = 2;

function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Bytes; 0 for what cannot be looked at, which the run itself answers for. */
function sizeOf(path: Buffer): number {
  try {
    return lstatSync(path).size;
  } catch {
    return 0;
  }
}

export class Progress {
  readonly #context: CommandContext;
  readonly #counter: ByteCounter;
  readonly #now: () => number;
  readonly #startedAt: number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #doneFiles = 0;
  #foundFiles = 0;
  #foundBytes = 0;
  #isCounted = false;
  #isOver = false;
  #isShown = false;

  /** @param now in ms, of any start */
  constructor(
    context: CommandContext,
    counter: ByteCounter,
    now: () => number = () => performance.now(),
  ) {
    this.#context = context;
    this.#counter = counter;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Counts what there is to do, beside the work; the time left is told once it is known. */
  async count(items: AsyncIterable<Pick<WalkItem, 'kind' | 'path'>>): Promise<void> {
    if (this.#context.columns === 0) return;
    try {
      for await (const item of items) {
        if (this.#isOver) return;
        this.#foundFiles++;
        if (item.kind === 'file') this.#foundBytes += sizeOf(item.path);
      }
      this.#isCounted = true;
    } catch {
      // What stops this walk stops the one that works as well, and that one tells.
      this.#isCounted = false;
    }
  }

  /** An entry is answered for. */
  done(): void {
    this.#doneFiles++;
    this.#draw();
  }

  /** Takes the line away, so that other text may be written. */
  clear(): void {
    if (!this.#isShown) return;
    this.#context.draw('\r\x1b[K');
    this.#isShown = false;
  }

  /** Takes the line away for good. */
  end(): void {
    this.#isOver = true;
    this.clear();
  }

  #draw(): void {
    const now = this.#now();
    const { columns } = this.#context;
    if (columns === 0 || this.#isOver || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    // A line that wraps could not be taken away again.
    const line = this.#line((now - this.#startedAt) / 1000).slice(0, columns - 1);
    this.#context.draw(`\r\x1b[K${line}`);
    this.#isShown = true;
  }

  #line(seconds: number): string {
    const rate = `${this.#doneFiles} files, ${this.#rate(seconds)}`;
    if (!this.#isCounted) return `${rate}, still counting`;
    const part = this.#part();
    const filled = Math.round(part * BAR_WIDTH);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
    const isEarly = seconds < ESTIMATE_AFTER_S || part === 0;
    const left = isEarly ? '' : `, ${durationText((seconds * (1 - part)) / part)} left`;
    const percent = `${Math.floor(part * 100)}%`;
    return `${bar} ${percent} of ${this.#foundFiles} files, ${this.#rate(seconds)}${left}`;
  }

  #rate(seconds: number): string {
    const span = Math.max(seconds, REDRAW_MS / 1000);
    const read = this.#counter.total() / MEBIBYTE / span;
    return `${Math.round(this.#doneFiles / span)} files/s, ${read.toFixed(1)} MiB/s`;
  }

  /** 0 to 1: of bytes or of files, whichever is behind. */
  #part(): number {
    const bytes = this.#foundBytes === 0 ? 1 : this.#counter.total() / this.#foundBytes;
    const files = this.#foundFiles === 0 ? 1 : this.#doneFiles / this.#foundFiles;
    return Math.min(1, bytes, files);
  }
}
