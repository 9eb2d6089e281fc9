// The one file that hashes. Every kind of object has its own first byte or label, so that no
// bytes of one kind can pass for another (RFC 6962 section 2.1 for 0x00 and 0x01).
import { concat } from './bytes.js';
import { HASH_BYTES } from './limits.js';
import { byteText, sha256, sha256Text } from './platform/node.js';

export { sha256 };

export const TAG_TREE_LEAF = 0x00;
export const TAG_TREE_NODE = 0x01;
export const TAG_MAP_SUBJECT = 0x02;
export const TAG_MAP_INNER = 0x03;
export const TAG_MAP_VALUE = 0x04;
export const TAG_PRIVATE_MEMBER = 0x05;

const scratch = new Uint8Array(512);

/** SHA-256(tag ‖ parts…). */
export function taggedHash(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  let size = 1;
  for (const part of parts) size += part.length;
  if (size > scratch.length) return sha256(concat(Uint8Array.of(tag), ...parts));
  // A new array above 64 bytes has memory outside the heap: three times the cost of the hash.
  scratch[0] = tag;
  let at = 1;
  for (const part of parts) {
    scratch.set(part, at);
    at += part.length;
  }
  return sha256(scratch.subarray(0, size));
}

const pair = new Uint8Array(65);

/** SHA-256(tag ‖ left ‖ right) for two hashes of 32 bytes; the hot path of tree and map. */
export function pairHash(tag: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  pair[0] = tag;
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}

/**
 * A hash as text, one character for each byte. A map keeps very many: as text each takes a sixth
 * of the memory of a Uint8Array, and hardly any work of the garbage collector.
 */
export type HashText = string;

export function hashText(hash: Uint8Array, at = 0): HashText {
  return byteText(hash, at, at + HASH_BYTES);
}

/** Writes the 32 bytes at this place. */
export function writeHashText(out: Uint8Array, at: number, text: HashText): void {
  for (let index = 0; index < HASH_BYTES; index++) out[at + index] = text.charCodeAt(index);
}

export function hashBytes(text: HashText): Uint8Array {
  const out = new Uint8Array(HASH_BYTES);
  writeHashText(out, 0, text);
  return out;
}

/** {@link pairHash} of hashes that are text. */
export function pairHashText(tag: number, left: HashText, right: HashText): HashText {
  pair[0] = tag;
  writeHashText(pair, 1, left);
  writeHashText(pair, 33, right);
  return sha256Text(pair);
}

/** SHA-256(tag ‖ label ‖ SHA-256(value)). */
export function labelledHashText(tag: number, label: Uint8Array, value: Uint8Array): HashText {
  const inner = sha256Text(value);
  pair[0] = tag;
  pair.set(label, 1);
  writeHashText(pair, 33, inner);
  return sha256Text(pair);
}

/**
 * Hash at the end of a path from `start` upwards, each level as {@link pairHash} has it.
 * @param isLeft whether the sibling of the same place stands on the left
 */
export function pathHash(
  tag: number,
  start: Uint8Array,
  siblings: readonly Uint8Array[],
  isLeft: readonly boolean[],
): Uint8Array {
  pair[0] = tag;
  let hash = hashText(start);
  for (let height = 0; height < siblings.length; height++) {
    writeHashText(pair, isLeft[height] ? 33 : 1, hash);
    pair.set(siblings[height] as Uint8Array, isLeft[height] ? 1 : 33);
    hash = sha256Text(pair);
  }
  return hashBytes(hash);
}

const HMAC_BLOCK_BYTES = 64;

function padKey(out: Uint8Array, key: Uint8Array, pad: number): void {
  for (let at = 0; at < HMAC_BLOCK_BYTES; at++) out[at] = (key[at] ?? 0) ^ pad;
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = key.length > HMAC_BLOCK_BYTES ? sha256(key) : key;
  const size = HMAC_BLOCK_BYTES + data.length;
  const inner = size > scratch.length ? new Uint8Array(size) : scratch.subarray(0, size);
  padKey(inner, block, 0x36);
  inner.set(data, HMAC_BLOCK_BYTES);
  const innerHash = sha256(inner);
  const outer = scratch.subarray(0, HMAC_BLOCK_BYTES + innerHash.length);
  padKey(outer, block, 0x5c);
  outer.set(innerHash, HMAC_BLOCK_BYTES);
  return sha256(outer);
}
