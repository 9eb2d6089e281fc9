import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findSilent, type SilenceBounds } from '../../gateway/services/doctor/feed.js';
import { examineRunning } from '../../gateway/services/doctor/running.js';
import type { FeedSource } from '../../gateway/services/feed/facts.js';
import { type Hospital, openHospital } from '../../gateway/services/hospital.js';
import { inflict } from '../support/damage.js';
import { doctorPlace, one, sick } from '../support/doctor-place.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission } from '../support/hospital.js';

const EMR: FeedSource = { via: 'fhir', system: 'emr', caller: { id: 'emr-1', mspId: 'A' } };
const DAY_S = 86_400;

describe('the doctor of the feed', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const feedFolder = () => join(place.data, 'feed');
  const open = () => openHospital({ folder: place.data, operator: 'test' });
  const keepOne = (hospital: Hospital) =>
    hospital.feed.keepAside({
      source: EMR,
      receivedAt: Date.now(),
      bytes: Buffer.from('CANARY content'),
      mediaType: 'application/fhir+json',
      cause: { code: 'BAD_INPUT', message: 'no' },
    });

  it('makes none where there is none', async () => {
    const found = await place.run();
    expect(one(found, 'feed').status).to.equal('ok');
    expect(existsSync(feedFolder())).to.equal(false);
  });

  it('names refused events that wait, and what to type, alone and beside a gateway', async () => {
    const hospital = await open();
    try {
      await keepOne(hospital);
      const running = await examineRunning(hospital, { nodeProblem: '' });
      expect(one(running, 'feed').status).to.equal('warning');
      expect(one(running, 'feed').next).to.match(/chartseal feed replay .* --config FILE$/);
    } finally {
      await hospital.close();
    }
    const before = readdirSync(feedFolder());
    const found = await place.run();
    expect(one(found, 'feed').sentence).to.include('1 refused events');
    expect(JSON.stringify(found)).to.not.include('CANARY');
    expect(readdirSync(feedFolder()).length).to.be.within(before.length - 1, before.length + 2);
  });

  it('names records and files that are not in the log, by how many they are', async () => {
    const hospital = await open();
    try {
      const [{ id } = { id: 0 }] = await hospital.feed.letters(0, 1);
      if (id > 0) await hospital.feed.settle(id, 'discarded');
      const { caller } = EMR;
      const cause = { code: 'VERSION_CONFLICT', message: 'no' } as const;
      const path = Buffer.from('/CANARY').toString('base64');
      await hospital.feed.unanchored.keep([
        { kind: 'record', caller, cause, record: 'CANARY' },
        { kind: 'record', caller, cause, record: 'CANARY 2' },
        { kind: 'file', caller, cause, path },
      ]);
    } finally {
      await hospital.close();
    }
    const found = await place.run();
    expect(one(found, 'feed').status).to.equal('warning');
    expect(one(found, 'feed').sentence).to.match(/refused: 2 records; not anchored: 1 file\)/);
    expect(one(found, 'feed').next).to.include('chartseal feed failed --data');
    expect(JSON.stringify(found)).to.not.include('CANARY');
    const again = await open();
    for (const { id } of await again.feed.unanchored.list(0, 10)) {
      await again.feed.settle(id, 'discarded');
    }
    await again.close();
  });

  it('says which source is silent for longer than it may be, and which never sent anything', async () => {
    const hospital = await open();
    try {
      await hospital.feed.arrived(EMR, 'accepted');
      const silence: SilenceBounds = { silenceSeconds: DAY_S, sources: { pacs: 60 } };
      const look = (now: number) =>
        examineRunning(hospital, { nodeProblem: '', silence, now: () => now });
      const soon = await look(Date.now());
      expect(one(soon, 'feed').sentence).to.match(/^Nothing ever came from pacs;/);
      const { sources } = await hospital.feed.status();
      const later = Date.now() + 2 * DAY_S * 1000;
      const systems = (bounds: SilenceBounds) =>
        findSilent(sources, bounds, later).map(({ system }) => system);
      expect(systems(silence)).to.deep.equal(['emr', 'pacs']);
      expect(systems({ silenceSeconds: DAY_S, sources: { emr: 0 } })).to.deep.equal([]);
      expect(systems({ silenceSeconds: DAY_S, sources: { emr: 7 * DAY_S } })).to.deep.equal([]);
      expect(systems({ sources: {} })).to.deep.equal([]);
    } finally {
      await hospital.close();
    }
  });

  it('names a damaged feed and how to go on, while the log itself is written', async () => {
    const before = await open();
    for (let at = 0; at < 20; at++) await keepOne(before);
    await before.close();
    const table = readdirSync(feedFolder()).find(
      (name) => /\.(ldb|log)$/.test(name) && hasBytes(name),
    );
    inflict(feedFolder(), { file: table ?? '', at: 20, mask: 8 });
    expect(sick(await place.run())).to.deep.equal(['feed: fault']);
    const hospital = await open();
    try {
      const { leafHash } = await hospital.sequencer.accept(accessSubmission('P9', 'beside'));
      expect(leafHash).to.have.length(32);
      await hospital.feed.arrived(EMR, 'accepted');
      const found = one(await examineRunning(hospital, { nodeProblem: '' }), 'feed');
      expect(found.status).to.equal('fault');
      expect(found.sentence).to.include('FEED_CORRUPT').and.include('The log itself goes on.');
      expect(found.next).to.include(`move ${place.data}/feed away`);
    } finally {
      // What came is in the log, and not counted.
      await expectCodeAsync(() => hospital.close(), 'FEED_CORRUPT');
    }
    rmSync(feedFolder(), { recursive: true });
    expect(sick(await place.run())).to.deep.equal([]);
  });

  const hasBytes = (name: string) => statSync(join(feedFolder(), name)).size > 40;
});
