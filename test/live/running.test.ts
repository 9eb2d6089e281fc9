// Doctor, audit and export on a live channel, beside a sequencer that goes on appending.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { importLog } from '../../gateway/services/backup/import.js';
import { exportRunning } from '../../gateway/services/backup/running.js';
import { examineRunning } from '../../gateway/services/doctor/running.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { auditBeside } from '../support/audit-sample.js';
import { parseLines } from '../support/backup-sample.js';
import { sick } from '../support/doctor-place.js';
import { LiveHospital } from '../support/live-hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';
import { Traffic } from '../support/traffic.js';

const WAIT_MS = 30_000;

describe('a gateway on a live channel that appends meanwhile', function () {
  this.timeout(120_000);
  let live: LiveNetwork;
  let folder: string;
  let place: LiveHospital;
  let hospital: Hospital;
  let traffic: Traffic;
  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    folder = newTempFolder();
    place = await LiveHospital.make(folder, live.profile('hospital-a'));
    hospital = await place.open();
    traffic = new Traffic(hospital.sequencer, 'live', 4);
    await traffic.reach(1000);
  });
  after(async () => {
    await traffic?.stop();
    await place?.close();
    removeTempFolder(folder);
  });

  async function take(): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of exportRunning(hospital)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  it('is found sound by its doctor', async () => {
    expect(sick(await examineRunning(hospital, { nodeProblem: '' }))).to.deep.equal([]);
  });

  it('is found whole by its audit, which is anchored', async () => {
    const before = hospital.sequencer.counts.accepted;
    const options = { isLogOnly: true, waitMs: WAIT_MS };
    const { log, anchoring } = await auditBeside(hospital, options);
    expect(log.filter(({ status }) => status !== 'OK')).to.deep.equal([]);
    expect(anchoring).to.include({ isProven: true });
    expect(hospital.sequencer.counts.accepted).to.be.greaterThan(before + 1);
  });

  it('is exported as it was at one moment, and imports when nothing came since', async () => {
    const before = hospital.sequencer.counts.accepted;
    const entries = parseLines(await take()).filter((line) => 'entry' in line);
    expect(entries.length).to.be.at.least(before);
    await traffic.stop();
    expect(await hospital.sequencer.waitProven(WAIT_MS)).to.equal(true);
    writeFileSync(join(folder, 'export.jsonl'), await take());
    const copy = join(folder, 'copy');
    mkdirSync(copy, { mode: 0o700 });
    cpSync(join(place.data, 'keys'), join(copy, 'keys'), { recursive: true });
    const receipt = async ({ receipts }: Hospital) =>
      Buffer.from(formatReceipt(await receipts.make(7))).toString();
    const wanted = await receipt(hospital);
    await place.close();
    await importLog(
      join(folder, 'export.jsonl'),
      copy,
      await readFabricProfile(live.profile('hospital-a')),
    );
    const imported = await openHospital({ folder: copy, operator: 'live test' });
    expect(await receipt(imported)).to.equal(wanted);
    await imported.close();
  });
});
