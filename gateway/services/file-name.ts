// File names are bytes. The walk keeps them as latin1 text, one character a byte, where `<` is the
// order of the bytes; those that are UTF-8 become text, the others can only be shown.
import { isUtf8 } from 'node:buffer';

/** What the file system is asked for. */
export function fileNameBytes(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}

export function fileNameFromText(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The name as text, or undefined when its bytes are not UTF-8. */
export function decodeFileName(latin1: string): string | undefined {
  // ASCII is its own UTF-8.
  if (Buffer.byteLength(latin1) === latin1.length) return latin1;
  const bytes = fileNameBytes(latin1);
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** For people: as {@link decodeFileName}, with `\xNN` for every byte that is not UTF-8. */
export function showFileName(latin1: string): string {
  const bytes = fileNameBytes(latin1);
  if (isUtf8(bytes)) return bytes.toString();
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const size = sizeOfCharacter(bytes, at);
    out +=
      size === 0
        ? `\\x${bytes.subarray(at, at + 1).toString('hex')}`
        : bytes.toString('utf8', at, at + size);
    at += Math.max(size, 1);
  }
  return out;
}

/** Bytes of the UTF-8 character that starts here; 0 when none does. */
function sizeOfCharacter(bytes: Buffer, at: number): number {
  for (let size = 1; size <= 4 && at + size <= bytes.length; size++) {
    if (isUtf8(bytes.subarray(at, at + size))) return size;
  }
  return 0;
}
