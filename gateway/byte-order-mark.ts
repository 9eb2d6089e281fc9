// The byte order mark that Windows programs put before a text (RFC 8259 section 8.1).
/** U+FEFF in UTF-8. */
const MARK = [0xef, 0xbb, 0xbf];

/** What stands behind the mark, or all where there is none. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return MARK.every((byte, at) => bytes[at] === byte) ? bytes.subarray(MARK.length) : bytes;
}
