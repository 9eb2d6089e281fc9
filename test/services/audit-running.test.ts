import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { FixityEntry } from '../../chaincode/core/entry.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import { parseJsonRow } from '../../gateway/store/rows.js';
import { AuditSample, auditBeside, openData } from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { Traffic } from '../support/traffic.js';

const NAMES = [
  'entries',
  'chains',
  'lookups',
  'patients',
  'baselines',
  'tree',
  'map',
  'attestations',
  'ledger',
  'blocks',
];
/** Records of the sample. */
const RECORDS = 13;

describe('the audit beside a gateway that runs', function () {
  this.timeout(60_000);
  let sample: AuditSample;
  let folder: string;
  let hospital: Hospital;
  let traffic: Traffic | undefined;

  async function openCopy(): Promise<void> {
    folder = sample.copy();
    hospital = await openData(folder);
    await hospital.sequencer.waitProven(10_000);
  }
  async function closeCopy(): Promise<void> {
    await hospital.close();
    sample.drop(folder);
  }
  before(async () => {
    sample = await AuditSample.create();
  });
  after(() => sample.remove());

  describe('of a log that is whole', () => {
    before(openCopy);
    after(closeCopy);
    afterEach(async () => {
      await traffic?.stop();
      traffic = undefined;
    });

    it('finds nothing at any moment of a sequencer at full speed, and anchors that', async () => {
      const beside = new Traffic(hospital.sequencer, 'full speed', 8);
      traffic = beside;
      for (let round = 1; round <= 3; round++) {
        await beside.reach(round * 700);
        const before = hospital.sequencer.counts.accepted;
        const result = await auditBeside(hospital);
        expect(result.log.filter(({ status }) => status !== 'OK')).to.deep.equal([]);
        expect(result.named('OK')).to.deep.equal(NAMES);
        expect(result.counts).to.include({ unchanged: RECORDS - 1, notChecked: 1, altered: 0 });
        expect(result.anchoring).to.include({ isProven: true });
        expect(hospital.sequencer.counts.accepted).to.be.greaterThan(before + 1);
      }
    });

    it('says the same of its size as the tree had at some moment of the run', async () => {
      const from = hospital.log.size;
      const { scope, anchoring, report } = await auditBeside(hospital);
      expect(scope).to.include({ coverage: 'all', records: RECORDS });
      expect((await hospital.log.readCheckpoint(scope.size)).size).to.equal(scope.size);
      expect(scope.size).to.be.at.least(from);
      if ('error' in anchoring) throw anchoring.error;
      const ordinal = hospital.store.findByLeafHash(Buffer.from(anchoring.leafHash, 'hex'));
      const { entry } = hospital.store.readEntry(ordinal ?? -1);
      expect(parseJsonRow<FixityEntry>(entry).scope.size).to.equal(scope.size);
      expect(readFileSync(report ?? '', 'utf8')).to.include('chartseal-audit/1');
    });

    it('goes on where a run was ended, and answers every record once', async () => {
      traffic = new Traffic(hospital.sequencer, 'resumed', 2);
      // A window that is over at once still lets one record be answered.
      const short = { isRestart: true, windowMs: 1, bytesPerSecond: 50 };
      const first = await auditBeside(hospital, short);
      expect(first.left).to.be.greaterThan(0);
      const second = await auditBeside(hospital);
      const ids = [...first.answers, ...second.answers].map(({ id }) => id);
      expect(new Set(ids).size).to.equal(RECORDS);
      expect(ids).to.have.lengthOf(RECORDS);
    });

    it('is one at a time, and leaves nothing in the folder of this process', async () => {
      const first = auditBeside(hospital);
      await expectCodeAsync(() => auditBeside(hospital), 'AUDIT_UNFINISHED');
      expect((await first).named('FAILED')).to.deep.equal([]);
      expect(readdirSync(join(folder, 'run'))).to.deep.equal(['pid']);
    });

    it('tells of nothing that came later, and lets others have the thread', async () => {
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      await auditBeside(hospital, { isLogOnly: true });
      clearInterval(timer);
      expect(turns).to.be.greaterThan(20);
    });
  });
});
