import { expect } from 'chai';
import type { InquiryEntry } from '../../chaincode/core/entry.js';
import { ReferenceCheck } from '../../gateway/evidence/reference-check.js';

const ENTRY = { act: 'inquiry', about: 'ab'.repeat(32) } as InquiryEntry;

/** Tells how often leaves were read. */
function counted(leaves: readonly Uint8Array[]) {
  const reads = { count: 0 };
  const watched = new Proxy(leaves, {
    get: (target, name, receiver) => {
      if (typeof name === 'string' && /^[0-9]+$/.test(name)) reads.count++;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { reads, watched };
}

describe('evidence/reference-check', () => {
  it('reads each leaf once, also of a forged file that holds the same leaf many times', () => {
    const leaves = Array.from({ length: 200 }, () => new Uint8Array(8));
    const { reads, watched } = counted(leaves);
    const check = new ReferenceCheck(watched);
    for (const sequence of leaves.keys()) {
      expect(check.fault(ENTRY, sequence)).to.match(/^is about an entry that does not stand/);
    }
    expect(reads.count).to.be.at.most(leaves.length);
  });
});
