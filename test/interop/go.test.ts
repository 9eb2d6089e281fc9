import { expect } from 'chai';
import { parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { verifyConsistency, verifyInclusion } from '../../chaincode/core/merkle.js';
import { verifyNote } from '../../chaincode/core/signed-note.js';
import { expectCode } from '../support/expect-code.js';
import {
  consistencyCases,
  inclusionCases,
  key,
  mutatedNotes,
  NAME,
  notesOnlyGoTakes,
  spoiltConsistencies,
  spoiltInclusions,
  VERIFIER_KEY,
  validNotes,
} from './cases.js';
import {
  buildGoProgram,
  type CheckpointText,
  type ConsistencyCase,
  type GoProgram,
  type InclusionCase,
} from './go-program.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');

/** False when a ChartsealError was thrown. */
function isTaken(verify: () => void): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    if (error instanceof ChartsealError) return false;
    throw error;
  }
}

function ownCheckpoint(note: string): CheckpointText {
  const { origin, size, root } = parseCheckpoint(verifyNote(note, NAME, key.publicKey));
  if (origin !== NAME) throw new ChartsealError('BAD_FORMAT', 'another origin');
  return { origin, size: String(size), root: Buffer.from(root).toString('base64') };
}

function ownNoteVerdict(note: string): CheckpointText | null {
  return isTaken(() => ownCheckpoint(note)) ? ownCheckpoint(note) : null;
}

const ownInclusionVerdict = (one: InclusionCase): boolean =>
  isTaken(() => {
    const path = one.path.map(bytes);
    verifyInclusion(one.index, one.size, bytes(one.leafHash), path, bytes(one.root));
  });

const ownConsistencyVerdict = (one: ConsistencyCase): boolean =>
  isTaken(() => {
    const path = one.path.map(bytes);
    verifyConsistency(one.size1, one.size2, bytes(one.root1), bytes(one.root2), path);
  });

const withKey = (notes: readonly string[]) =>
  notes.map((note) => ({ note, verifierKey: VERIFIER_KEY }));

/** Both taken and refused cases must be there in number, or the comparison says nothing. */
function expectSame<T>(cases: readonly T[], go: readonly unknown[], own: (one: T) => unknown) {
  const ours = cases.map(own);
  cases.forEach((one, at) => {
    expect(go[at], JSON.stringify(one)).to.deep.equal(ours[at]);
  });
  return ours.filter((verdict) => verdict !== null && verdict !== false).length;
}

describe('the note and tlog packages of the Go project', function () {
  this.timeout(60_000);
  let go: GoProgram;

  before(() => {
    go = buildGoProgram();
  });

  after(() => go?.remove());

  it('open every checkpoint that we sign, and read the same in it', () => {
    const notes = validNotes();
    const taken = expectSame(notes, go.check({ notes: withKey(notes) }).notes, ownNoteVerdict);
    expect(taken).to.equal(notes.length);
    expect(taken).to.be.at.least(100);
  });

  it('refuse exactly the mutated checkpoints that we refuse', () => {
    const notes = mutatedNotes();
    const taken = expectSame(notes, go.check({ notes: withKey(notes) }).notes, ownNoteVerdict);
    expect(notes.length - taken).to.be.at.least(300);
    expect(taken).to.be.at.least(20);
  });

  it('take some checkpoints that we refuse, for a reason each', () => {
    const cases = notesOnlyGoTakes();
    const verdicts = go.check({ notes: withKey(cases.map(({ note }) => note)) }).notes;
    cases.forEach(({ why, note }, at) => {
      expect(verdicts[at], why).to.not.equal(null);
      expectCode(() => ownCheckpoint(note), 'BAD_FORMAT');
    });
  });

  it('accept every inclusion that we prove', () => {
    const inclusions = inclusionCases();
    const taken = expectSame(inclusions, go.check({ inclusions }).inclusions, ownInclusionVerdict);
    expect(taken).to.equal(inclusions.length);
    expect(taken).to.be.at.least(300);
  });

  it('refuse exactly the spoilt inclusions that we refuse', () => {
    const inclusions = spoiltInclusions();
    const taken = expectSame(inclusions, go.check({ inclusions }).inclusions, ownInclusionVerdict);
    expect(inclusions.length - taken).to.be.at.least(1_000);
  });

  it('accept every consistency that we prove', () => {
    const consistencies = consistencyCases();
    const verdicts = go.check({ consistencies }).consistencies;
    const taken = expectSame(consistencies, verdicts, ownConsistencyVerdict);
    expect(taken).to.equal(consistencies.length);
    expect(taken).to.be.at.least(300);
  });

  it('refuse exactly the spoilt consistencies that we refuse', () => {
    const consistencies = spoiltConsistencies();
    const verdicts = go.check({ consistencies }).consistencies;
    const taken = expectSame(consistencies, verdicts, ownConsistencyVerdict);
    expect(consistencies.length - taken).to.be.at.least(1_000);
  });
});
