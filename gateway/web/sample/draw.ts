// A random sample that anybody can draw again: by a seed, with nothing but SHA-256.
import { encodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { sha256 } from '../../../chaincode/core/hash.js';

export const MAX_SAMPLE = 10_000;
export const MAX_POPULATION = 2 ** 40;
const HEX_DIGITS = 12;
const RANGE = 2 ** 48;

/** What is hashed at each draw; the first 12 hex digits of its SHA-256 are the number drawn. */
function drawText(seed: string, size: number, counter: number): string {
  return `chartseal-sample/1\n${seed}\n${size}\n${counter}\n`;
}

/**
 * Distinct numbers from 0 to size - 1 in the order in which they are drawn. Of each draw the
 * remainder by `size` counts; draws of the last, incomplete round of `size` and repeated numbers
 * are passed over.
 */
export function drawSample(seed: string, size: number, count: number): number[] {
  if (!Number.isSafeInteger(size) || size < 1 || size > MAX_POPULATION) return [];
  const wanted = Math.min(count, size, MAX_SAMPLE);
  const limit = RANGE - (RANGE % size);
  const drawn = new Set<number>();
  for (let counter = 0; drawn.size < wanted; counter++) {
    const digest = encodeHex(sha256(utf8(drawText(seed, size, counter))));
    const number = Number.parseInt(digest.slice(0, HEX_DIGITS), 16);
    if (number < limit) drawn.add(number % size);
  }
  return [...drawn];
}

/** Lines of a list that is the population: trimmed, without empty ones, each once. */
export function populationOf(text: string): { lines: readonly string[]; repeated: number } {
  const all = text.split(/\r?\n/).map((line) => line.trim());
  const filled = all.filter((line) => line !== '');
  const lines = [...new Set(filled)];
  return { lines, repeated: filled.length - lines.length };
}

/** Of the list as it was drawn from, so that another list is not taken for it. */
export function listDigest(lines: readonly string[]): string {
  return encodeHex(sha256(utf8(lines.map((line) => `${line}\n`).join(''))));
}
