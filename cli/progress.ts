// One line on a terminal's stderr: how far, how fast, how long still. Nothing where there is no
// terminal.
import type { ByteCounter } from '../gateway/services/digest.js';
import type { CommandContext } from './context.js';

const REDRAW_MS = 200;
const BAR_WIDTH = 24;
const MEBIBYTE = 1024 * 1024;

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

export class Progress {
  readonly #context: CommandContext;
  readonly #counter: ByteCounter;
  readonly #startedAt = performance.now();
  #drawnAt = 0;
  #foundFiles = 0;
  #foundBytes = 0;
  #doneFiles = 0;
  #shown = false;

  constructor(context: CommandContext, counter: ByteCounter) {
    this.#context = context;
    this.#counter = counter;
  }

  /** A file that the walk found. @param size bytes */
  found(size: number): void {
    this.#foundFiles++;
    this.#foundBytes += size;
    this.#draw();
  }

  /** An entry that is answered for. */
  done(): void {
    this.#doneFiles++;
    this.#draw();
  }

  clear(): void {
    if (!this.#shown) return;
    this.#context.draw('\r\x1b[K');
    this.#shown = false;
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#context.terminal || now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#context.draw(`\r\x1b[K${this.#line((now - this.#startedAt) / 1000)}`);
    this.#shown = true;
  }

  #line(seconds: number): string {
    const read = this.#counter.total();
    const part = this.#foundBytes === 0 ? 0 : Math.min(1, read / this.#foundBytes);
    const filled = Math.round(part * BAR_WIDTH);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
    const rate = `${(read / MEBIBYTE / seconds).toFixed(1)} MiB/s, ${Math.round(this.#doneFiles / seconds)} files/s`;
    const left = duration((seconds * (1 - part)) / part);
    return `${bar} ${this.#doneFiles} of ${this.#foundFiles} files found, ${rate}, about ${left} left`;
  }
}
