import { expect } from 'chai';
import type { Hospital } from '../../gateway/services/hospital.js';
import { AuditSample, auditBeside, openData } from '../support/audit-sample.js';
import { damageRows, watchStores } from '../support/open-rows.js';
import { DAMAGES } from '../support/store-damages.js';
import { Traffic } from '../support/traffic.js';

/** Rows that the next proof writes anew: found while nothing is accepted. */
const MENDED_BY_WRITING = /^(the marker is|what the map covers|the map covers)/;
/** Once entries follow, it is a gap among the entries, and then nothing else can be counted. */
const isCovered = (what: string) => what === 'the last entry is gone';

describe('the audit of a damaged log beside a gateway that runs', function () {
  this.timeout(60_000);
  let sample: AuditSample;
  let folder: string;
  let hospital: Hospital;
  let unwatch: () => void;
  before(async () => {
    sample = await AuditSample.create();
    unwatch = watchStores();
  });
  after(() => {
    unwatch();
    sample.remove();
  });
  beforeEach(async () => {
    folder = sample.copy();
    hospital = await openData(folder);
    await hospital.sequencer.waitProven(10_000);
  });
  afterEach(async () => {
    await hospital.close();
    sample.drop(folder);
  });

  for (const [what, name, change] of DAMAGES) {
    it(`finds under ${name} that ${what}`, async () => {
      await damageRows(hospital, change);
      const isQuiet = MENDED_BY_WRITING.test(what);
      const beside = isQuiet ? undefined : new Traffic(hospital.sequencer, 'beside', 2);
      const result = await auditBeside(hospital, { isLogOnly: true });
      // A sequencer that meets the damage stops, and refuses what comes.
      await beside?.stop().catch(() => expect(hospital.sequencer.fault).to.have.property('code'));
      const places = isCovered(what) ? [name, 'entries'] : [name];
      expect(result.named('FAILED')).to.include.oneOf(places);
    });
  }

  it('anchors nothing then', async () => {
    const [, , gone] = DAMAGES.find(([what]) => what === 'a leaf hash is gone') ?? [];
    if (gone === undefined) throw new Error('no such damage');
    await damageRows(hospital, gone);
    const before = hospital.sequencer.counts.accepted;
    const { anchoring } = await auditBeside(hospital, { isLogOnly: true });
    expect(anchoring).to.have.nested.property('error.code', 'LOG_STOPPED');
    expect(hospital.sequencer.counts.accepted).to.equal(before);
  });
});
