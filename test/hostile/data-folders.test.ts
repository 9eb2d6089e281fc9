// Data folders that are damaged, foreign or of a later version: refused when they are opened, with
// nothing written; limits of entries and appends; clocks that went backwards.
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { decodeBase64, encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { LEAF_BYTES, MAX_APPEND_LEAVES } from '../../chaincode/core/limits.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { META_KEY } from '../../gateway/store/keys.js';
import { StoreDatabase } from '../../gateway/store/store-database.js';
import { Workplace } from '../support/cli.js';
import { openData } from '../support/data-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';
import { expectRefused, runIn } from '../support/refusals.js';
import { dataContents, Untouched } from '../support/untouched.js';

const EVENT = [
  ...['access', 'record', '--data', 'data', '--actor', 'dr-1', '--role', 'physician'],
  ...['--organisation', 'a', '--patient', 'urn:hospital-a|P1'],
];

describe('a data folder', function () {
  this.timeout(90_000);
  let place: Workplace;
  const data = () => dataLayout(place.path('data'));

  before(() => {
    place = new Workplace();
    for (const name of ['own', 'other']) {
      place.run(['init', '--data', name]);
      cpSync(place.path(name), place.path('data'), { recursive: true });
      const ran = place.run(EVENT);
      expect(ran.status, ran.stderr).to.equal(0);
      rmSync(place.path(name), { recursive: true });
      cpSync(place.path('data'), place.path(name), { recursive: true });
      rmSync(place.path('data'), { recursive: true });
    }
  });
  beforeEach(() => {
    rmSync(place.path('data'), { recursive: true, force: true });
    cpSync(place.path('own'), place.path('data'), { recursive: true });
  });
  after(() => place.remove());

  /** Puts parts of the other log's folder in the place of its own. */
  function swap(parts: readonly string[]): void {
    for (const part of parts) {
      rmSync(place.path('data', part), { recursive: true });
      cpSync(place.path('other', part), place.path('data', part), { recursive: true });
    }
  }

  async function refuses(code: ErrorCode): Promise<void> {
    const before = await dataContents(place.path('data'));
    await expectCodeAsync(async () => (await openData(place.path('data'))).close(), code);
    expect(await dataContents(place.path('data'))).to.deep.equal(before);
  }

  const FOREIGN: readonly (readonly [parts: readonly string[], code: ErrorCode])[] = [
    [['keys'], 'KEY_UNREADABLE'],
    [['keys/note-key.pem'], 'KEY_UNREADABLE'],
    [['keys/master-key.hex'], 'KEY_UNREADABLE'],
    [['keys/ca-certificate.pem'], 'IDENTITY_REFUSED'],
    [['keys/writer-certificate.pem'], 'IDENTITY_REFUSED'],
    [['store'], 'STORE_CORRUPT'],
    [['config.json'], 'STORE_CORRUPT'],
    [['checkpoint'], 'LEDGER_CORRUPT'],
    [['ledger'], 'LEDGER_CORRUPT'],
    [['ledger', 'checkpoint'], 'LEDGER_CORRUPT'],
    [['store', 'config.json'], 'LEDGER_CORRUPT'],
    [['store', 'ledger', 'checkpoint'], 'STORE_CORRUPT'],
  ];
  for (const [parts, code] of FOREIGN) {
    it(`with ${parts.join(', ')} of another log is refused`, async () => {
      swap(parts);
      await refuses(code);
    });
  }

  it('with keys of another log takes no event under a label that nobody could prove', async () => {
    swap(['keys/master-key.hex']);
    const untouched = await Untouched.remember(place.folder, 'data');
    expectRefused(runIn(place, EVENT), 'KEY_UNREADABLE', 2);
    await untouched.expectSame();
  });

  it('whose store is of a later format is refused', async () => {
    const db = await StoreDatabase.open(data().store, { create: false });
    const { logId } = JSON.parse(readFileSync(data().config, 'utf8'));
    const meta = canonicalBytes({ format: 'chartseal-store/4', logId });
    await db.batch().put(META_KEY, meta).write();
    await db.close();
    await refuses('NEWER_VERSION');
    expectRefused(runIn(place, EVENT), 'NEWER_VERSION', 2);
  });

  it('whose configuration is of a later format, damaged or unreadable is refused', async () => {
    const config = readFileSync(data().config, 'utf8');
    for (const [text, code] of [
      [config.replace('config/1', 'config/2'), 'NEWER_VERSION'],
      [config.slice(0, 40), 'BAD_JSON'],
      [config.replace('chartseal-config/1', 'x'), 'BAD_INPUT'],
    ] as const) {
      writeFileSync(data().config, text);
      await refuses(code);
    }
  });

  it('whose parts are damaged or gone is refused', async () => {
    const restore = () => cpSync(place.path('own'), place.path('data'), { recursive: true });
    const faults: readonly (readonly [fault: () => void, code: ErrorCode])[] = [
      [() => writeFileSync(data().checkpoint, '{}'), 'LEDGER_CORRUPT'],
      [() => writeFileSync(data().checkpoint, ''), 'LEDGER_CORRUPT'],
      [() => rmSync(data().checkpoint), 'LEDGER_BEHIND'],
      [() => rmSync(place.path('data', 'keys', 'note-key.pem')), 'KEY_UNREADABLE'],
      [() => writeFileSync(place.path('data', 'keys', 'master-key.hex'), 'x'), 'KEY_UNREADABLE'],
      [() => chmodSync(place.path('data', 'keys', 'ca-key.pem'), 0o644), 'KEY_EXPOSED'],
      [() => rmSync(data().store, { recursive: true }), 'STORE_BEHIND'],
      [() => rmSync(data().ledger, { recursive: true }), 'LEDGER_BEHIND'],
      [
        () => writeFileSync(place.path('data', 'store', 'entries', 'CURRENT'), 'x'),
        'STORE_CORRUPT',
      ],
      [() => writeFileSync(place.path('data', 'ledger', 'CURRENT'), 'x'), 'LEDGER_CORRUPT'],
    ];
    for (const [fault, code] of faults) {
      fault();
      await expectCodeAsync(async () => (await openData(place.path('data'))).close(), code);
      rmSync(place.path('data'), { recursive: true });
      restore();
    }
  });

  it('of which ledger or store alone is older is refused', async () => {
    const old = place.path('old');
    cpSync(place.path('data'), old, { recursive: true });
    expect(place.run([...EVENT, '--request-id', 'later']).status).to.equal(0);
    const newest = place.path('newest');
    cpSync(place.path('data'), newest, { recursive: true });
    for (const [parts, code] of [
      [['store'], 'STORE_BEHIND'],
      [['ledger'], 'LEDGER_BEHIND'],
      [['ledger', 'checkpoint'], 'LEDGER_BEHIND'],
    ] as const) {
      for (const part of parts) {
        rmSync(place.path('data', part), { recursive: true });
        cpSync(`${old}/${part}`, place.path('data', part), { recursive: true });
      }
      await refuses(code);
      rmSync(place.path('data'), { recursive: true });
      cpSync(newest, place.path('data'), { recursive: true });
    }
    for (const folder of [old, newest]) rmSync(folder, { recursive: true });
  });

  it('takes nothing while the clock is behind, and goes on when it has caught up', async () => {
    const preload = place.path('clock.cjs');
    writeFileSync(
      preload,
      'const real = Date.now; const shift = Number(process.env.SHIFT);\n' +
        'Date.now = () => real() + shift;\n',
    );
    const at = (minutes: number) => ({
      env: { NODE_OPTIONS: `--require ${preload}`, SHIFT: String(minutes * 60_000) },
    });
    const event = (id: string) => [...EVENT, '--request-id', id];
    expect(runIn(place, event('first'), at(0)).status).to.equal(0);
    const untouched = await Untouched.remember(place.folder, 'data');
    expectRefused(runIn(place, event('second'), at(-4)), 'CLOCK_BACKWARDS', 2);
    writeFileSync(place.path('document'), 'x');
    const ingested = runIn(place, ['ingest', 'document', '--data', 'data'], at(-4));
    expect(ingested.stderr).to.match(/document: CLOCK_BACKWARDS [\s\S]*hint: CLOCK_BACKWARDS: /);
    expect(ingested.status).to.equal(2);
    rmSync(place.path('document'));
    // What was answered before is answered again, and reads go on.
    expect(runIn(place, event('first'), at(-4)).status).to.equal(1);
    expect(runIn(place, ['receipt', '#0', '--data', 'data'], at(-4)).status).to.equal(0);
    await untouched.expectSame();
    const later = runIn(place, event('second'), at(0));
    expect(later.status, later.stderr).to.equal(0);
    expect(later.stderr).to.include('log: 3 accepted, 3 committed, 3 proven');
  });

  it('takes no entry of more than 16 KiB, and all others', async () => {
    const untouched = await Untouched.remember(place.folder, 'data');
    const records = Array.from({ length: 5 }, (_, at) => ['--record', `${at}${'x'.repeat(4000)}`]);
    expectRefused(runIn(place, [...EVENT, ...records.flat()]), 'TOO_LARGE', 2);
    expectRefused(runIn(place, [...EVENT, '--record', 'x'.repeat(5000)]), 'BAD_INPUT', 2);
    await untouched.expectSame();
    const fits = runIn(place, [...EVENT, ...records.slice(0, 3).flat()]);
    expect(fits.status, fits.stderr).to.equal(0);
  });
});

describe('an append', () => {
  let hospital: TestHospital;
  let process: TestProcess;
  before(async () => {
    hospital = await TestHospital.create();
    process = await hospital.open();
    await process.sequencer.accept(accessSubmission('P1', 'first'));
    await process.sequencer.waitProven(10_000);
  });
  after(async () => {
    await process.close();
    await hospital.remove();
  });

  const hashes = (bytes: number) => encodeBase64(new Uint8Array(bytes).fill(7));

  async function refuses(
    leafHashes: string,
    leaves: Uint8Array,
    code: ErrorCode,
    changes: object = {},
  ): Promise<void> {
    const { head } = await process.log.readLog();
    const { logId } = hospital.context;
    const json = canonicalJson({ logId, expectedSize: head.size, leafHashes, ...changes });
    const transient = { leaves, witness: Uint8Array.of(0) };
    await expectCodeAsync(() => process.ledger.submit('append', json, transient), code);
    expect((await process.log.readLog()).head).to.deep.equal(head);
  }

  it('with a leaf hash of 31 bytes, or none, or loose base64 is refused', async () => {
    const leaf = new Uint8Array(LEAF_BYTES);
    for (const bytes of [0, 31, 33, 63]) await refuses(hashes(bytes), leaf, 'BAD_INPUT');
    await refuses(hashes(32).replace('=', ''), leaf, 'BAD_INPUT');
    await refuses('not base64', leaf, 'BAD_INPUT');
    await refuses(hashes(32), leaf, 'BAD_INPUT', { more: 1 });
    await refuses(hashes(32), leaf, 'BAD_INPUT', { expectedSize: -1 });
  });

  it('with a leaf of 105 bytes, or 107, or none, is refused', async () => {
    for (const bytes of [0, 1, 105, 107, 212]) {
      await refuses(hashes(32), new Uint8Array(bytes), 'BAD_LEAF');
    }
    expect(decodeBase64(hashes(32), 'hashes')).to.have.length(32);
  });

  it('above the limit of leaves is refused, which is what the ledger says it is', async () => {
    expect(process.ledger.limits().appendLeaves).to.equal(MAX_APPEND_LEAVES);
    const count = MAX_APPEND_LEAVES + 1;
    await refuses(hashes(32 * count), new Uint8Array(LEAF_BYTES * count), 'TOO_LARGE');
  }).timeout(30_000);
});
