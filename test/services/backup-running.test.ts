import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDataFolder } from '../../gateway/data/create.js';
import { formatReceipt } from '../../gateway/evidence/receipt.js';
import { importLog } from '../../gateway/services/backup/import.js';
import { exportRunning } from '../../gateway/services/backup/running.js';
import type { Hospital } from '../../gateway/services/hospital.js';
import { open, parseLines, writeExport } from '../support/backup-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { chosenSeed, newRandom } from '../support/fault-random.js';
import { accessSubmission, recordSubmission } from '../support/hospital.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';
import { Traffic } from '../support/traffic.js';

describe('an export beside a gateway that runs', function () {
  this.timeout(60_000);
  let folder: string;
  let hospital: Hospital;
  let traffic: Traffic | undefined;
  const seed = chosenSeed();
  const at = (...names: string[]) => join(folder, ...names);
  before(async () => {
    folder = newTempFolder();
    await createDataFolder({
      folder: at('source'),
      origin: 'hospital-a.example/archive',
      mspId: 'HospitalAMSP',
      description: '',
      recordLabels: 'hmac',
      patientSystems: [],
    });
    hospital = await open(at('source'));
  });
  after(async () => {
    await hospital.close();
    removeTempFolder(folder);
  });

  afterEach(async () => {
    await traffic?.stop();
    traffic = undefined;
  });

  async function take(whileTaking: () => Promise<void> = async () => {}): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of exportRunning(hospital)) {
      pieces.push(piece);
      await whileTaking();
    }
    return Buffer.concat(pieces);
  }

  /** The log from an export, opened by whoever has its keys. */
  async function imported(bytes: Buffer): Promise<Hospital> {
    rmSync(at('new'), { recursive: true, force: true });
    mkdirSync(at('new'), { mode: 0o700 });
    cpSync(at('source', 'keys'), at('new', 'keys'), { recursive: true });
    await importLog(writeExport(at('export.jsonl'), bytes), at('new'));
    return open(at('new'));
  }

  const receipt = async ({ receipts }: Hospital, ordinal: number) =>
    Buffer.from(formatReceipt(await receipts.make(ordinal))).toString();

  it('of a log that has nothing yet imports', async () => {
    const copy = await imported(await take());
    expect(copy.sequencer.counts.accepted).to.equal(0);
    await copy.close();
  });

  it(`imports at whichever moment it is taken, with the same receipts (seed ${seed})`, async () => {
    const random = newRandom(seed);
    for (let round = 0; round < 5; round++) {
      const beside = new Traffic(hospital.sequencer, `round ${round}`);
      traffic = beside;
      await beside.reach(100 + random.integer(500));
      const { accepted, proven } = hospital.sequencer.counts;
      const bytes = await take(() => beside.reach(beside.accepted + 20));
      expect(hospital.sequencer.counts.accepted).to.be.greaterThan(accepted);
      await beside.stop();
      const copy = await imported(bytes);
      expect(copy.sequencer.counts.accepted).to.be.at.least(accepted);
      for (let ordinal = round; ordinal < proven; ordinal += 97) {
        expect(await receipt(copy, ordinal)).to.equal(await receipt(hospital, ordinal));
      }
      expect(await copy.sequencer.waitProven(20_000)).to.equal(true);
      await copy.close();
    }
  });

  it('holds nothing that came after its first piece was asked for', async () => {
    const [before] = [hospital.sequencer.counts.accepted];
    let number = 0;
    const bytes = await take(async () => {
      await hospital.sequencer.accept(recordSubmission(`later ${number++}`, 1, 'later'));
    });
    expect(number).to.be.greaterThan(0);
    const lines = parseLines(bytes);
    expect(lines.filter((line) => 'entry' in line)).to.have.lengthOf(before);
    expect(bytes.includes('later')).to.equal(false);
  });

  it('may be left early, and the gateway goes on and closes', async () => {
    for await (const piece of exportRunning(hospital)) {
      expect(piece.length).to.be.greaterThan(0);
      break;
    }
    await hospital.sequencer.accept(recordSubmission('after a break', 1, 'x'));
    expect(await hospital.sequencer.waitProven(10_000)).to.equal(true);
  });

  it('ends with a code when it is taken too slowly, and has no end line then', async () => {
    // More than one piece.
    const events = Array.from({ length: 400 }, (_, at) => accessSubmission('P1', `slow ${at}`));
    await Promise.all(events.map((one) => hospital.sequencer.accept(one)));
    let clock = 0;
    const taken: Uint8Array[] = [];
    await expectCodeAsync(async () => {
      for await (const piece of exportRunning(hospital, () => clock)) {
        taken.push(piece);
        clock += 700_000;
      }
    }, 'EXPORT_TOO_SLOW');
    expect(taken).to.have.lengthOf(1);
    await expectCodeAsync(() => imported(Buffer.concat(taken)), 'BAD_FORMAT');
  });

  it('has no end line when the log is damaged: entries that are gone are told of', async () => {
    const { db } = hospital.store;
    const copy = await imported(await take());
    try {
      const last = await db.findLast('e/');
      await copy.store.db
        .batch()
        .put('e/00000000000003', (last as readonly [string, Uint8Array])[1])
        .write();
      await expectCodeAsync(async () => {
        for await (const piece of exportRunning(copy)) expect(piece.length).to.be.above(0);
      }, 'LOG_FORKED');
    } finally {
      await copy.close();
    }
  });
});
