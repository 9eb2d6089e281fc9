// An export as it is read back: first as a whole, against its own end line, then kind by kind.
// Memory holds one line.
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { decodeBase64, decodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { parseCanonical } from '../../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { HASH_BYTES, MAX_EXPORT_LINE_BYTES } from '../../../chaincode/core/limits.js';
import { verifyEd25519 } from '../../../chaincode/core/platform/node.js';
import { checkShape, type Shape } from '../../../chaincode/core/shape.js';
import { fileError } from '../file-error.js';
import {
  ANY_EXPORT_FORMAT,
  EXPORT_FORMAT,
  type ExportEnd,
  type ExportHeader,
  HEADER_SHAPE,
  LINE_SHAPES,
  signedBytes,
  TAGS,
  type Tag,
  type Tagged,
} from './export-format.js';

const NEWLINE = 0x0a;
const READ_BYTES = 1024 * 1024;
// Without O_NONBLOCK, opening a FIFO would wait for its writer, perhaps for ever.
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

interface RawLine {
  /** Counts from 1. */
  readonly number: number;
  readonly offset: number;
  /** Without its line end. */
  readonly bytes: Uint8Array;
}

/** Where the lines of a kind begin. */
type Place = Pick<RawLine, 'number' | 'offset'>;

function bad(text: string, cause?: unknown): ChartsealError {
  return new ChartsealError('BAD_FORMAT', text, { cause });
}

const cutOff = () => bad('the export is cut off: it does not reach its end line');

/** Lines from a place on; the last must have its end too. */
async function* rawLines(handle: FileHandle, from: Place): AsyncGenerator<RawLine> {
  let { number, offset } = from;
  let position = offset;
  let parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { buffer, bytesRead } = await handle
      .read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position)
      .catch((error: unknown) => {
        throw fileError(error, 'file');
      });
    if (bytesRead === 0) break;
    position += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    for (let start = 0; start < chunk.length; ) {
      const found = chunk.indexOf(NEWLINE, start);
      const part = chunk.subarray(start, found < 0 ? chunk.length : found);
      size += part.length;
      if (size > MAX_EXPORT_LINE_BYTES) throw bad(`line ${number} is longer than any of an export`);
      parts.push(part);
      start += part.length + 1;
      if (found < 0) break;
      yield { number, offset, bytes: parts.length === 1 ? part : Buffer.concat(parts) };
      number++;
      offset += size + 1;
      parts = [];
      size = 0;
    }
  }
  if (size > 0) throw cutOff();
}

const HEADS = TAGS.map((tag) => [tag, utf8(`{"${tag}":`)] as const);

function tagOf({ bytes, number }: RawLine): Tag {
  const found = HEADS.find(([, head]) => head.every((byte, at) => bytes[at] === byte));
  if (found === undefined) throw bad(`line ${number} is not one of an export`);
  return found[0];
}

/** Canonical JSON of this shape; every fault is BAD_FORMAT naming the line. */
function parseLine({ bytes, number }: RawLine, shape: Shape): JsonObject {
  const what = `line ${number}`;
  try {
    const value = parseCanonical(bytes, what, MAX_EXPORT_LINE_BYTES);
    checkShape(shape, value, what);
    return value as JsonObject;
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw bad(cause.message, cause);
  }
}

const parseTagged = <T extends Tag>(raw: RawLine, tag: T): Tagged[T] =>
  parseLine(raw, LINE_SHAPES[tag])[tag] as unknown as Tagged[T];

function parseHeader(raw: RawLine): ExportHeader {
  let value: JsonValue;
  try {
    value = parseCanonical(raw.bytes, 'line 1', MAX_EXPORT_LINE_BYTES);
  } catch (cause) {
    throw bad('the file is no export', cause);
  }
  const format = (value as JsonObject | null)?.['format'];
  if (typeof format !== 'string' || !ANY_EXPORT_FORMAT.test(format)) {
    throw bad('the file is no export');
  }
  if (format !== EXPORT_FORMAT) {
    throw new ChartsealError('NEWER_VERSION', 'the export was made by a newer Chartseal');
  }
  return parseLine(raw, HEADER_SHAPE) as unknown as ExportHeader;
}

/** What the first reading gathers. */
class Survey {
  readonly places = new Map<Tag, Place>();
  readonly #counts = new Map<Tag, number>();
  readonly #hash: Hash = createHash('sha256');
  header: ExportHeader | undefined;
  end: ExportEnd | undefined;
  newestAttestation: RawLine | undefined;
  #kind = 0;

  add(raw: RawLine): void {
    if (this.end !== undefined) throw bad('something follows the end line of the export');
    if (this.header === undefined) this.header = parseHeader(raw);
    else if (this.#tag(raw) === 'end') {
      this.#finish(raw);
      return;
    }
    this.#hash.update(raw.bytes).update('\n');
  }

  #tag(raw: RawLine): Tag {
    const tag = tagOf(raw);
    const kind = TAGS.indexOf(tag);
    if (kind < this.#kind) throw bad(`line ${raw.number} does not stand in its place`);
    this.#kind = kind;
    if (!this.places.has(tag)) this.places.set(tag, { number: raw.number, offset: raw.offset });
    this.#counts.set(tag, (this.#counts.get(tag) ?? 0) + 1);
    if (tag === 'attestation') this.newestAttestation = raw;
    return tag;
  }

  #finish(raw: RawLine): void {
    const end = parseTagged(raw, 'end');
    const same =
      end.lines === raw.number - 1 &&
      end.blocks === (this.#counts.get('block') ?? 0) &&
      end.entries === (this.#counts.get('entry') ?? 0) &&
      end.digest === this.#hash.digest('hex');
    if (!same) throw bad('the export is not what its end line says: it was changed or cut');
    this.end = end;
  }
}

interface Read {
  readonly header: ExportHeader;
  readonly end: ExportEnd;
  readonly attestedSize: number | undefined;
  readonly places: ReadonlyMap<Tag, Place>;
}

async function survey(handle: FileHandle): Promise<Read> {
  const all = new Survey();
  for await (const raw of rawLines(handle, { number: 1, offset: 0 })) all.add(raw);
  const { header, end, places, newestAttestation: newest } = all;
  if (header === undefined || end === undefined) throw cutOff();
  const attestedSize = newest && parseTagged(newest, 'attestation').size;
  return { header, end, attestedSize, places };
}

/** What tells whether a file was written to. */
async function stateOf(handle: FileHandle): Promise<string> {
  const { size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
  return `${size} ${mtimeNs} ${ctimeNs}`;
}

export class ExportFile {
  readonly header: ExportHeader;
  readonly end: ExportEnd;
  /** Size of the newest checkpoint that was attested; undefined when none was. */
  readonly attestedSize: number | undefined;
  readonly #handle: FileHandle;
  readonly #state: string;
  readonly #places: ReadonlyMap<Tag, Place>;

  private constructor(handle: FileHandle, state: string, read: Read) {
    this.#handle = handle;
    this.#state = state;
    this.#places = read.places;
    this.header = read.header;
    this.end = read.end;
    this.attestedSize = read.attestedSize;
  }

  /**
   * Reads it once from end to end. Throws BAD_FORMAT when it is not whole and unchanged,
   * NEWER_VERSION, FILE_MISSING, FILE_UNREADABLE.
   */
  static async open(path: string): Promise<ExportFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, OPEN_FLAGS);
      const stats = await handle.stat();
      // It is read several times, from several places.
      if (!stats.isFile()) throw bad('the export is not a regular file');
      const state = await stateOf(handle);
      return new ExportFile(handle, state, await survey(handle));
    } catch (error) {
      await handle?.close();
      throw fileError(error, 'file');
    }
  }

  /** Throws BAD_FORMAT unless the holder of the log's note key made it. */
  checkSignature(noteKey: Uint8Array): void {
    const digest = decodeHex(this.end.digest, 'digest', HASH_BYTES);
    const signature = decodeBase64(this.end.signature, 'signature');
    if (!verifyEd25519(noteKey, signedBytes(digest), signature)) {
      throw bad("the export is not signed by the log's note key");
    }
  }

  /** Lines of one kind, in order. */
  async *lines<T extends Tag>(tag: T): AsyncGenerator<Tagged[T]> {
    const place = this.#places.get(tag);
    if (place === undefined) return;
    for await (const raw of rawLines(this.#handle, place)) {
      if (tagOf(raw) !== tag) return;
      yield parseTagged(raw, tag);
    }
  }

  /** Throws FILE_CHANGED when it was written to since it was opened. */
  async requireUnchanged(): Promise<void> {
    if ((await stateOf(this.#handle)) === this.#state) return;
    throw new ChartsealError('FILE_CHANGED', 'the export changed while it was read');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
