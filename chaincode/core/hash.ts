// The one file that hashes. Every kind of object has its own first byte or label, so that no
// bytes of one kind can pass for another (RFC 6962 section 2.1 for 0x00 and 0x01).
import { concat } from './bytes.js';
import { sha256 } from './platform/node.js';

export { sha256 };

export const TAG_TREE_LEAF = 0x00;
export const TAG_TREE_NODE = 0x01;
export const TAG_MAP_SUBJECT = 0x02;
export const TAG_MAP_INNER = 0x03;
export const TAG_MAP_VALUE = 0x04;
export const TAG_PRIVATE_MEMBER = 0x05;

/** SHA-256(tag ‖ parts…). */
export function taggedHash(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concat(Uint8Array.of(tag), ...parts));
}

const pair = new Uint8Array(65);

/** SHA-256(tag ‖ left ‖ right) for two hashes of 32 bytes; the hot path of tree and map. */
export function pairHash(tag: number, left: Uint8Array, right: Uint8Array): Uint8Array {
  pair[0] = tag;
  pair.set(left, 1);
  pair.set(right, 33);
  return sha256(pair);
}

const HMAC_BLOCK_BYTES = 64;

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = key.length > HMAC_BLOCK_BYTES ? sha256(key) : key;
  const inner = new Uint8Array(HMAC_BLOCK_BYTES + data.length).fill(0x36, 0, HMAC_BLOCK_BYTES);
  const outer = new Uint8Array(HMAC_BLOCK_BYTES + 32).fill(0x5c, 0, HMAC_BLOCK_BYTES);
  block.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  inner.set(data, HMAC_BLOCK_BYTES);
  outer.set(sha256(inner), HMAC_BLOCK_BYTES);
  return sha256(outer);
}
