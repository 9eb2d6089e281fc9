import { expect } from 'chai';
import fc from 'fast-check';
import { concat, encodeHex, uint64, ZERO_HASH } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { findSubject, mapRoot, setSubject } from '../../chaincode/core/subject-map.js';
import { parseWitness } from '../../chaincode/core/witness.js';
import { expectCode } from '../support/expect-code.js';
import { hashOf, labelOf, stateOf } from './map-samples.js';

const EMPTY = Uint8Array.of(0);
const INNER = Uint8Array.of(3);
const hash = (bytes = hashOf('hash')) => concat(Uint8Array.of(1), bytes);
const other = (bits: string) =>
  concat(Uint8Array.of(2), labelOf(bits, hashOf(bits)), hashOf('value'));
const inner = (left: Uint8Array, right: Uint8Array) => concat(INNER, left, right);

interface Written {
  readonly kind?: number;
  readonly flags?: number;
  readonly count?: Uint8Array;
}

const subject = (bits: string, { kind = 1, flags = 0, count = uint64(1) }: Written = {}) =>
  concat(
    Uint8Array.of(4),
    labelOf(bits, hashOf(bits)),
    Uint8Array.of(kind, flags >> 8, flags & 0xff),
    count,
    hashOf('head'),
  );

/** Inner nodes down to this depth, nothing beside the path, which goes left. */
const chain = (depth: number, end: Uint8Array) =>
  concat(...Array.from({ length: depth }, () => INNER), end, new Uint8Array(depth));

const HOSTILE: Readonly<Record<string, Uint8Array>> = {
  'no bytes': new Uint8Array(),
  'a hash of zeros for the whole map': hash(ZERO_HASH),
  'a hash of zeros beside a subject': inner(hash(ZERO_HASH), subject('1')),
  'an inner node with two empty children': inner(EMPTY, EMPTY),
  'an inner node with two empty children, deeper': inner(inner(EMPTY, EMPTY), hash()),
  'an inner node with nothing left and a touched subject right': inner(EMPTY, subject('1')),
  'an inner node with a touched subject left and nothing right': inner(subject('0'), EMPTY),
  'an inner node with nothing left and a met subject right': inner(EMPTY, other('1')),
  'an inner node with a met subject left and nothing right': inner(other('0'), EMPTY),
  'a touched subject on the left whose label goes right': inner(subject('1'), hash()),
  'a touched subject on the right whose label goes left': inner(hash(), subject('0')),
  'a met subject whose label goes elsewhere': inner(hash(), other('0')),
  'a label that leaves its path in the last bit of it': inner(inner(subject('01'), hash()), hash()),
  'a label that leaves its path in the first bit of it': inner(
    inner(hash(), subject('11')),
    hash(),
  ),
  'the same label twice': inner(subject('0'), subject('0')),
  'the same label touched and met': inner(subject('1'), other('1')),
  'a byte after the map': concat(inner(hash(), subject('1')), EMPTY),
  'a second map after the map': concat(EMPTY, EMPTY),
  'a tag that is not known': Uint8Array.of(5),
  'a tag that is not known inside': inner(hash(), Uint8Array.of(0xff)),
  'an inner node without children': INNER,
  'an inner node with one child': concat(INNER, hash()),
  'kind 0': subject('0', { kind: 0 }),
  'kind 4': subject('0', { kind: 4 }),
  'an unknown flag': subject('0', { flags: 0x0020 }),
  'an unknown flag in the high byte': subject('0', { flags: 0x8000 }),
  'count 0': subject('0', { count: uint64(0) }),
  'a count above 2^53 - 1': subject('0', { count: Uint8Array.of(0, 0x20, 0, 0, 0, 0, 0, 0) }),
  'a hash at depth 129': chain(129, hash()),
  'subjects at depth 129': chain(128, inner(subject('0'.repeat(128)), subject('0'.repeat(129)))),
  'inner nodes without end': new Uint8Array(60_000).fill(3),
};

describe('hostile witness', () => {
  for (const [fault, bytes] of Object.entries(HOSTILE)) {
    it(`is refused: ${fault}`, () => {
      expectCode(() => parseWitness(bytes, 1), 'BAD_WITNESS');
    });
  }

  it('is refused above 64 KiB and 512 bytes per leaf, and not at that size', () => {
    // Trailing bytes are a fault too, so what is asked of the second is another message.
    const sized = (size: number) => {
      try {
        parseWitness(new Uint8Array(size), 2);
      } catch (error) {
        if (error instanceof ChartsealError) return error.message;
        throw error;
      }
      return 'taken';
    };
    expect(sized(64 * 1024 + 2 * 512 + 1)).to.match(/more than 66560 bytes/);
    expect(sized(64 * 1024 + 2 * 512)).to.match(/follow/);
  });

  it('may hold subjects at depth 128, and a hash beside nothing', () => {
    const zeros = '0'.repeat(127);
    const deepest = chain(127, inner(subject(`${zeros}0`), subject(`${zeros}1`)));
    expect(
      findSubject(parseWitness(deepest, 1), labelOf(`${zeros}1`, hashOf(`${zeros}1`))),
    ).to.not.equal(undefined);
    expect(encodeHex(mapRoot(parseWitness(inner(EMPTY, hash()), 1)))).to.have.length(64);
  });

  it('does not gain by a met subject, a hash or a stranger in place of a touched one', () => {
    const touched = labelOf('1', hashOf('1'));
    for (const bytes of [inner(hash(), other('1')), inner(hash(), hash()), hash()]) {
      const map = parseWitness(bytes, 1);
      expectCode(() => findSubject(map, touched), 'BAD_WITNESS');
      expectCode(() => setSubject(map, touched, stateOf(1)), 'BAD_WITNESS');
    }
  });

  it('is read or refused with its code, whatever the bytes', () => {
    const nodes = fc.constantFrom(EMPTY, INNER, hash(), other('0'), other('1'), subject('01'));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(nodes, { maxLength: 12 }).map((parts) => concat(...parts)),
    );
    fc.assert(
      fc.property(bytes, (hostile) => {
        try {
          expect(mapRoot(parseWitness(hostile, 1))).to.have.length(32);
        } catch (error) {
          if (!(error instanceof ChartsealError)) throw error;
          expect(error.code).to.equal('BAD_WITNESS');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
