// Identifiers that stand nowhere else: fed into a program, then looked for in everything that it
// wrote, in whatever form they may have come there.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Base64 of a text at each place in a longer one, without what its neighbours change. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    const inner = text.slice(first, whole);
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const escaped = (text: string) =>
  [...Array(text.length).keys()]
    .map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');

const everyByte = (bytes: Buffer, form: (hex: string) => string) =>
  [...bytes].map((byte) => form(byte.toString(16).padStart(2, '0'))).join('');

/** All forms of a text in which somebody could still read it; lower case where that is the same. */
export function formsOf(text: string): ReadonlySet<string> {
  const bytes = Buffer.from(text);
  return new Set([
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    escaped(text),
    bytes.toString('hex'),
    everyByte(bytes, (hex) => `%${hex}`),
    everyByte(bytes, (hex) => `\\x${hex}`),
    bytes.toString('latin1'),
    ...base64Forms(bytes),
  ]);
}

export class Canaries {
  readonly #forms: readonly (readonly [name: string, form: string])[];

  /** @param texts by what they are, as a failure tells it; each at least 8 bytes long */
  constructor(texts: Readonly<Record<string, string>>) {
    this.#forms = Object.entries(texts).flatMap(([name, text]) =>
      [...formsOf(text)].map((form) => [name, form] as const),
    );
  }

  /** Which of them stand in this. */
  findIn(written: string | Uint8Array, where: string): string[] {
    const text = typeof written === 'string' ? written : Buffer.from(written).toString('utf8');
    const lower = text.toLowerCase();
    const found = this.#forms.filter(
      ([, form]) => text.includes(form) || lower.includes(form.toLowerCase()),
    );
    return [...new Set(found.map(([name]) => `${where}: ${name}`))];
  }

  /** Which of them stand in names or content of files below a folder. */
  findBelow(folder: string): string[] {
    return readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      const inside = statSync(path).isDirectory()
        ? this.findBelow(path)
        : this.findIn(readFileSync(path), name);
      return [...this.findIn(name, `name of ${name}`), ...inside];
    });
  }
}
