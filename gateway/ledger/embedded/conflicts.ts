// Fabric's check at commit: a transaction is only applied when nothing that it read has changed.
import { compareBytes, utf8 } from '../../../chaincode/core/bytes.js';
import type { RangeRead, ReadSet } from './level-stub.js';
import type { StateReader } from './state-reader.js';
import { sameVersion } from './state-row.js';

function isWithin(key: string, { start, end }: RangeRead): boolean {
  const bytes = utf8(key);
  if (compareBytes(bytes, utf8(start)) < 0) return false;
  return end === '' || compareBytes(bytes, utf8(end)) < 0;
}

/**
 * Whether what was read is no longer what is there.
 * @param state committed state before the block
 * @param written keys that earlier transactions of the block write
 */
export function conflicts(
  reads: ReadSet,
  state: StateReader,
  written: ReadonlySet<string>,
): boolean {
  for (const [key, version] of reads.keys) {
    if (written.has(key) || !sameVersion(state.find(key)?.version, version)) return true;
  }
  for (const range of reads.ranges) {
    for (const key of written) if (isWithin(key, range)) return true;
  }
  return false;
}
