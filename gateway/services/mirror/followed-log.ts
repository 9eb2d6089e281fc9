// A log as far as somebody followed it, and how a closing leaf goes on with the one before.
import { encodeHex, equalBytes, ZERO_HASH } from '../../../chaincode/core/bytes.js';
import type { Frontier } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { type ClosingLeaf, leafHash, parseClosingLeaf } from '../../../chaincode/core/leaf.js';

export interface FollowedLog {
  readonly logId: string;
  readonly registration: { readonly origin: string };
  readonly frontier: Frontier;
  /** Number of appends. */
  readonly appends: number;
  /** Of the newest append; undefined before the first. */
  readonly closingLeaf: Uint8Array | undefined;
  /** Time of the newest append; before the first that of the registration, 0 if unknown. */
  readonly endorsedAt: number;
}

export interface FollowedAppend {
  readonly log: FollowedLog;
  readonly appendNumber: number;
  /** Tree index of its first leaf. */
  readonly firstIndex: number;
  /** Hashes of the submitted leaves. */
  readonly hashes: readonly Uint8Array[];
  readonly closingLeaf: Uint8Array;
  readonly endorsedAt: number;
  /** Where it stands in the channel, for those who see its blocks. */
  readonly block?: number;
  readonly transaction?: number;
}

/** The closing leaf, which must go on with the one before. */
export function checkClosingLeaf(
  bytes: Uint8Array,
  { appends, closingLeaf, endorsedAt }: FollowedLog,
  fail: (reason: string) => never,
): ClosingLeaf {
  let closing: ClosingLeaf;
  try {
    closing = parseClosingLeaf(bytes);
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return fail(`its closing leaf is none: ${error.message}`);
  }
  if (closing.appendNumber !== appends) {
    fail(`its closing leaf has the number ${closing.appendNumber}, the next is ${appends}`);
  }
  const previous = closingLeaf === undefined ? ZERO_HASH : leafHash(closingLeaf);
  if (!equalBytes(closing.previous, previous)) {
    fail(`its closing leaf names ${encodeHex(closing.previous)} as the one before, not that one`);
  }
  if (closing.endorsedAt < endorsedAt) fail('its time is before that of the append before');
  return closing;
}
