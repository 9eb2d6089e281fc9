// The one shape of vector files: a head, then one case a line, so that a change shows as a line.
import { createHash } from 'node:crypto';

const VECTORS_FORMAT = 'chartseal-vectors/1';

/** What must come of a case: see test/vectors/README.md. */
export type Expect = 'ok' | { readonly code?: string; readonly step?: string };

export interface VectorCase {
  readonly name: string;
  readonly expect: Expect;
}

export interface Family<Case extends VectorCase = VectorCase> {
  readonly family: string;
  readonly about: string;
  /** What several cases refer to. */
  readonly shared?: Readonly<Record<string, readonly object[]>>;
  readonly cases: readonly Case[];
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

export const sha256Of = (...parts: readonly (Uint8Array | string)[]): Uint8Array => {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return new Uint8Array(sum.digest());
};

/** The same bytes with one bit turned, counted from the first byte's highest. */
export function turned(bytes: Uint8Array, bit = 0): Uint8Array {
  const out = Uint8Array.from(bytes);
  out[bit >> 3] = (out[bit >> 3] as number) ^ (0x80 >> (bit & 7));
  return out;
}

function list(name: string, rows: readonly object[]): string {
  return `"${name}": [\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`;
}

/** Text of the file; names must differ. */
export function formatFamily({ family, about, shared = {}, cases }: Family): string {
  const names = new Set(cases.map(({ name }) => name));
  if (names.size !== cases.length) throw new Error(`${family}: a name stands twice`);
  const head = { format: VECTORS_FORMAT, family, about };
  const members = Object.entries(head).map(([name, text]) => `"${name}": ${JSON.stringify(text)}`);
  const lists = Object.entries(shared).map(([name, rows]) => list(name, rows));
  return `{\n${[...members, ...lists, list('cases', cases)].join(',\n')}\n}\n`;
}
