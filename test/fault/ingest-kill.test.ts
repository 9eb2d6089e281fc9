import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { type Entry, parseEntry } from '../../chaincode/core/entry.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { Workplace } from '../support/cli.js';

const FILES = 2500;
const KILLS = 20;

describe('ingest killed with -9', function () {
  this.timeout(120_000);
  const place = new Workplace();
  after(() => place.remove());

  function writeArchive(): Map<string, string> {
    const expected = new Map<string, string>();
    for (let at = 0; at < FILES; at++) {
      const folder = `病区 ${at % 25}`;
      mkdirSync(place.path('archive', folder), { recursive: true });
      const content = `document ${at}`;
      writeFileSync(place.path('archive', folder, `${at}.txt`), content);
      expected.set(`archive/${folder}/${at}.txt`, encodeHex(sha256(Buffer.from(content))));
    }
    return expected;
  }

  async function allEntries(): Promise<Entry[]> {
    const hospital = await openHospital({ folder: place.path('data'), operator: 'test' });
    const entries: Entry[] = [];
    for (let ordinal = 0; ordinal < hospital.sequencer.counts.accepted; ordinal++) {
      entries.push(parseEntry(hospital.store.readEntry(ordinal).entry));
    }
    await hospital.close();
    return entries;
  }

  it('anchors every file exactly once after any number of kills', async () => {
    const expected = writeArchive();
    expect(place.run(['init', '--data', 'data']).status).to.equal(0);
    const command = ['ingest', 'archive', '--data', 'data', '--receipts', 'receipts'];
    for (let kill = 0; kill < KILLS; kill++) {
      const child = place.start(command);
      const ended = once(child, 'exit');
      await Promise.race([ended, sleep(150 + Math.random() * 700)]);
      child.kill('SIGKILL');
      await ended;
    }
    const last = place.run(command);
    expect(last.status, last.stderr).to.equal(0);
    const found = new Map<string, string>();
    for (const entry of await allEntries()) {
      if (!('record' in entry)) throw new Error('an access event came from nowhere');
      expect(entry.record.version).to.equal(1);
      expect(found.has(entry.record.id), entry.record.id).to.equal(false);
      found.set(entry.record.id, entry.record.digests['sha-256']);
    }
    expect(found).to.deep.equal(expected);
    place.run(['trust', 'export', '--data', 'data', '--out', 'trust.json']);
    const verified = place.json([
      'verify',
      'archive',
      '--receipt',
      'receipts',
      '--trust',
      'trust.json',
    ]);
    expect(verified.status).to.equal(0);
    expect(verified.rows.filter(({ verdict }) => verdict === 'unchanged')).to.have.lengthOf(FILES);
    expect(readdirSync(place.path('data', 'run'))).to.not.include('lines');
  });
});
