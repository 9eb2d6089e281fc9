// Signed notes (C2SP signed-note) with Ed25519 keys: text, an empty line, signature lines.
// The text means nothing to anybody before verifyNote has returned it.
import { concat, encodeBase64, encodeHex, equalBytes, utf8 } from './bytes.js';
import { ChartsealError } from './errors.js';
import { sha256 } from './hash.js';
import { MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES } from './limits.js';
import { verifyEd25519 } from './platform/node.js';
import { isCleanText, parseBase64 } from './text-format.js';

const TYPE_ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const KEY_BYTES = 32;
/** Em dash and space (U+2014 U+0020). */
const SIGNATURE_START = '\u2014 ';
/** Plus and every White_Space of Unicode; naming the property would cost a look into its tables. */
const NOT_IN_NAMES = /[+\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  /** What follows the key id: 64 bytes for Ed25519; other types are carried, not understood. */
  readonly signature: Uint8Array;
}

export interface Note {
  /** Final newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

function badFormat(message: string): never {
  throw new ChartsealError('BAD_FORMAT', message);
}

function isKeyName(name: string): boolean {
  return name !== '' && isCleanText(name) && !NOT_IN_NAMES.test(name);
}

function checkKey(name: string, publicKey: Uint8Array): void {
  if (!isKeyName(name)) throw new ChartsealError('BAD_INPUT', 'this is no name for a note key');
  if (publicKey.length !== KEY_BYTES) {
    throw new ChartsealError('BAD_KEY', `a note key is ${KEY_BYTES} bytes`);
  }
}

/**
 * First 4 bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key).
 * Throws BAD_INPUT for a name with spaces or plus, BAD_KEY for a key that is not 32 bytes.
 */
export function noteKeyId(name: string, publicKey: Uint8Array): Uint8Array {
  checkKey(name, publicKey);
  const named = concat(utf8(name), Uint8Array.of(0x0a, TYPE_ED25519), publicKey);
  return sha256(named).subarray(0, KEY_ID_BYTES);
}

/** The key as C2SP tools take it: `name+hex(key id)+base64(0x01 ‖ public key)`. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  const material = encodeBase64(concat(Uint8Array.of(TYPE_ED25519), publicKey));
  return `${name}+${encodeHex(noteKeyId(name, publicKey))}+${material}`;
}

/** Inverse of {@link formatVerifierKey}; throws BAD_FORMAT, also for keys of other kinds. */
export function parseVerifierKey(text: string): { name: string; publicKey: Uint8Array } {
  const [name = '', keyId = ''] = text.split('+', 2);
  const material = parseBase64(text.slice(name.length + keyId.length + 2), 'verifier key');
  const publicKey = material.subarray(1);
  const isOne = isKeyName(name) && material.length === KEY_BYTES + 1;
  if (!isOne || formatVerifierKey(name, publicKey) !== text) {
    badFormat('a verifier key is a name, the id of its Ed25519 key and the key');
  }
  return { name, publicKey };
}

/**
 * Signs a text that ends in a newline; `sign` gives the Ed25519 signature (64 bytes) over it.
 * Throws BAD_INPUT for a text that no note can hold, BAD_KEY when `sign` used another key.
 */
export function signNote(
  text: string,
  name: string,
  publicKey: Uint8Array,
  sign: (bytes: Uint8Array) => Uint8Array,
): string {
  const keyId = noteKeyId(name, publicKey);
  if (!text.endsWith('\n') || !isCleanText(text)) {
    throw new ChartsealError('BAD_INPUT', 'a note is text of whole lines without controls');
  }
  const bytes = utf8(text);
  const signature = sign(bytes);
  if (!verifyEd25519(publicKey, bytes, signature)) {
    throw new ChartsealError('BAD_KEY', 'the signature was not made with the key of the note');
  }
  const note = `${text}\n${SIGNATURE_START}${name} ${encodeBase64(concat(keyId, signature))}\n`;
  if (utf8(note).length > MAX_NOTE_BYTES) {
    throw new ChartsealError('BAD_INPUT', `a note has at most ${MAX_NOTE_BYTES} bytes`);
  }
  return note;
}

function parseSignature(line: string): NoteSignature {
  if (!line.startsWith(SIGNATURE_START)) badFormat('a signature line starts with an em dash');
  const [name, blob, ...more] = line.slice(SIGNATURE_START.length).split(' ');
  if (name === undefined || blob === undefined || more.length > 0 || !isKeyName(name)) {
    badFormat('a signature line is an em dash, a key name and a signature');
  }
  const bytes = parseBase64(blob, 'note signature');
  if (bytes.length <= KEY_ID_BYTES) badFormat('a note signature is too short');
  return {
    name,
    keyId: bytes.subarray(0, KEY_ID_BYTES),
    signature: bytes.subarray(KEY_ID_BYTES),
  };
}

/** Takes a note apart without believing it; throws BAD_FORMAT. */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_BYTES || utf8(note).length > MAX_NOTE_BYTES) {
    badFormat(`a note has at most ${MAX_NOTE_BYTES} bytes`);
  }
  if (!isCleanText(note)) badFormat('a note is text without control characters');
  // The text may hold empty lines; the last one of the note ends it.
  const split = note.lastIndexOf('\n\n');
  if (split < 0) badFormat('a note has an empty line before its signatures');
  const lines = note.slice(split + 2).split('\n', MAX_NOTE_SIGNATURES + 2);
  if (lines.length > MAX_NOTE_SIGNATURES + 1) {
    badFormat(`a note has at most ${MAX_NOTE_SIGNATURES} signatures`);
  }
  if (lines.pop() !== '' || lines.length === 0) badFormat('a note ends in whole signature lines');
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

/**
 * The text of a note that this key signed. Signatures of other keys are ignored, also those
 * that share only the name or only the key id; each one of this key must verify.
 * Throws BAD_FORMAT; BAD_INPUT and BAD_KEY for a name or key that can be nobody's.
 */
export function verifyNote(note: string, name: string, publicKey: Uint8Array): string {
  const keyId = noteKeyId(name, publicKey);
  const { text, signatures } = parseNote(note);
  const bytes = utf8(text);
  let found = false;
  for (const entry of signatures) {
    if (entry.name !== name || !equalBytes(entry.keyId, keyId)) continue;
    if (!verifyEd25519(publicKey, bytes, entry.signature)) {
      badFormat("a signature of the note's key does not verify");
    }
    found = true;
  }
  if (!found) badFormat('the note is not signed by the key asked for');
  return text;
}
