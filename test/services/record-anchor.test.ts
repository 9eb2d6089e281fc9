import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { type AnchorDocument, RecordAnchor } from '../../gateway/services/record-anchor.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { TestHospital, type TestProcess } from '../support/hospital.js';

function document(content: string, changes: Partial<AnchorDocument> = {}): AnchorDocument {
  return {
    id: 'a',
    digests: { 'sha-256': encodeHex(sha256(Buffer.from(content))) },
    size: content.length,
    mediaType: 'text/plain',
    category: 'inpatient',
    ...changes,
  };
}

const request = (requestId: string) => ({ source: { system: 'emr', requestId } });

describe('anchoring a record', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  let records: RecordAnchor;

  before(async () => {
    hospital = await TestHospital.create();
  });
  beforeEach(async () => {
    process = await hospital.open();
    records = new RecordAnchor(process);
  });
  afterEach(() => process.close());
  after(() => hospital.remove());

  it('gives a new digest the next version and the newest digest none', async () => {
    const first = await records.anchor(document('one'));
    expect([first.state, first.version]).to.deep.equal(['anchored', 1]);
    const again = await records.anchor(document('one'));
    expect(again).to.deep.equal({ state: 'unchanged', ordinal: first.ordinal, version: 1 });
    expect((await records.anchor(document('two'))).version).to.equal(2);
    expect((await records.anchor(document('one'))).version).to.equal(3);
  });

  it('lets many at once of one record take their turns, each a version of its own', async () => {
    const contents = Array.from({ length: 50 }, (_, at) => `content ${at}`);
    const answers = await Promise.all(
      contents.map((one) => records.anchor(document(one, { id: 'many' }))),
    );
    expect(answers.map(({ version }) => version)).to.deep.equal(contents.map((_, at) => at + 1));
  });

  it('takes a version that is given only where it is the next, and writes nothing else', async () => {
    const id = 'with versions';
    await records.anchor(document('one', { id, version: 1 }));
    const { accepted } = process.sequencer.counts;
    for (const version of [1, 3, 4]) {
      const wrong = () => records.anchor(document('two', { id, version }));
      await expectCodeAsync(wrong, 'VERSION_CONFLICT');
    }
    const same = await records.anchor(document('one', { id, version: 1 }));
    expect(same.state).to.equal('unchanged');
    expect(process.sequencer.counts.accepted).to.equal(accepted);
    const described = document('one', { id, version: 2, category: 'outpatient' });
    expect((await records.anchor(described)).version).to.equal(2);
  });

  it('answers a request that comes again as the first time, though versions came since', async () => {
    const id = 'repeated';
    const first = await records.anchor(document('one', { id, ...request('r1') }));
    await records.anchor(document('two', { id, ...request('r2') }));
    const { accepted } = process.sequencer.counts;
    const again = await records.anchor(document('one', { id, ...request('r1') }));
    expect(again).to.deep.equal({ ...first, state: 'unchanged' });
    const other = () => records.anchor(document('three', { id, ...request('r1') }));
    await expectCodeAsync(other, 'IDEMPOTENCY_CONFLICT');
    const elsewhere = () => records.anchor(document('one', { id: 'else', ...request('r1') }));
    await expectCodeAsync(elsewhere, 'IDEMPOTENCY_CONFLICT');
    expect(process.sequencer.counts.accepted).to.equal(accepted);
  });
});
