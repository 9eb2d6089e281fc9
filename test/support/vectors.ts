// Files of test/vectors.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON file of test/vectors; the caller says what is in it. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(process.cwd(), 'test/vectors', name), 'utf8'));
}
