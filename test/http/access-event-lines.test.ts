import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import {
  accessBody,
  call,
  callLines,
  codeOf,
  EMR,
  expectRefused,
  LineCall,
} from '../support/api-call.js';
import { ApiPlace } from '../support/api-place.js';
import { accessSubmission } from '../support/hospital.js';

const PATH = '/v1/access-events';
const event = (requestId: string, changes: object = {}) =>
  accessBody(accessSubmission('P1', requestId, changes));

describe('access events as lines', () => {
  let place: ApiPlace;
  beforeEach(async () => {
    place = await ApiPlace.open({ outboxEntries: 200 });
  });
  afterEach(async () => {
    await place.close();
    expect(place.failures).to.deep.equal([]);
  });

  it('have one result each, in their order, and a summary, whatever stands between', async () => {
    const lines = [
      event('r1'),
      '{"patient":',
      event('r2'),
      event('r1'),
      '',
      event('r1', { action: 'U' }),
      `"${'x'.repeat(70_000)}"`,
      event('r3'),
    ];
    const results = await callLines(place, PATH, EMR, lines);
    expect(results.map((one) => [one['line'], codeOf(one) ?? one['duplicate']])).to.deep.equal([
      [1, false],
      [2, 'BAD_JSON'],
      [3, false],
      [4, true],
      [6, 'IDEMPOTENCY_CONFLICT'],
      [7, 'TOO_LARGE'],
      [8, false],
      [undefined, undefined],
    ]);
    expect(results[3]?.['leafHash']).to.equal(results[0]?.['leafHash']);
    expect(results.at(-1)).to.deep.equal({ summary: { added: 3, duplicates: 1, failed: 3 } });
    expect(place.hospital.sequencer.counts.accepted).to.equal(3);
  });

  it('have their results at once while their sender goes on sending', async () => {
    const stream = new LineCall(place, PATH, EMR);
    for (let at = 1; at <= 5; at++) {
      stream.send(event(`r${at}`));
      expect((await stream.next())?.['line']).to.equal(at);
      expect(place.hospital.sequencer.counts.accepted).to.equal(at);
    }
    stream.end();
    expect(await stream.rest()).to.deep.equal([
      { summary: { added: 5, duplicates: 0, failed: 0 } },
    ]);
  });

  it('wait while the outbox is full, and not one fails', async () => {
    const events = Array.from({ length: 2000 }, (_, at) => event(`r${at}`));
    const results = await callLines(place, PATH, EMR, events);
    expect(results.at(-1)).to.deep.equal({ summary: { added: 2000, duplicates: 0, failed: 0 } });
    expect(results.map(({ line = 0 }) => line)).to.deep.equal([
      ...events.map((_, at) => at + 1),
      0,
    ]);
  });

  it('are not read on while nobody takes their results, and none is lost', async () => {
    const stream = new LineCall(place, PATH, EMR);
    const count = 150_000;
    const bad = `1${' '.repeat(255)}\n`;
    let sent = 0;
    const sending = (async () => {
      const piece = bad.repeat(100);
      for (; sent < count; sent += 100) {
        if (!stream.request.write(piece)) {
          await new Promise((resolve) => stream.request.once('drain', resolve));
        }
      }
      stream.end();
    })();
    const answer = await stream.answer();
    answer.pause();
    // Buffers of two sockets fill; then nothing goes on.
    for (let before = -1; before !== sent; ) {
      before = sent;
      await pause(400);
    }
    expect(sent).to.be.lessThan(count);
    const results = await stream.rest();
    await sending;
    expect(results.length).to.equal(count + 1);
    expect(results.every((one, at) => at === count || one['line'] === at + 1)).to.equal(true);
    expect(results.at(-1)).to.deep.equal({
      summary: { added: 0, duplicates: 0, failed: count },
    });
  });

  it('each have the reason when the write side stops between them, and a summary', async () => {
    const stream = new LineCall(place, PATH, EMR);
    stream.send(event('r1'));
    expect((await stream.next())?.['duplicate']).to.equal(false);
    await place.hospital.sequencer.close();
    for (const id of ['r2', 'r3']) stream.send(event(id));
    stream.end();
    const results = await stream.rest();
    expect(results.map((one) => codeOf(one))).to.deep.equal([
      'LOG_STOPPED',
      'LOG_STOPPED',
      undefined,
    ]);
    expect(results.at(-1)).to.deep.equal({ summary: { added: 1, duplicates: 0, failed: 2 } });
    const single = () => call(place, PATH, { as: EMR, body: event('r4') });
    const refused = await expectRefused(place, single, 503, 'LOG_STOPPED');
    expect(Number(refused.headers['retry-after'])).to.be.greaterThan(0);
  });

  it('that were answered stay when their sender goes, and may be sent again', async () => {
    const stream = new LineCall(place, PATH, EMR);
    const events = Array.from({ length: 50 }, (_, at) => event(`r${at}`));
    for (const one of events.slice(0, 20)) stream.send(one);
    for (let at = 1; at <= 20; at++) expect((await stream.next())?.['line']).to.equal(at);
    stream.request.write(JSON.stringify(events[20]).slice(0, 50));
    stream.request.destroy();
    const again = await callLines(place, PATH, EMR, events);
    expect(again.at(-1)).to.deep.equal({ summary: { added: 30, duplicates: 20, failed: 0 } });
  });

  it('take no Idempotency-Key, which would be the same for all', async () => {
    const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'k' };
    const body = Buffer.from(`${JSON.stringify(event('r1'))}\n`);
    const asked = () => call(place, PATH, { as: EMR, body, headers });
    await expectRefused(place, asked, 409, 'REQUEST_CONFLICT');
  });
});

describe('an access event while the outbox is full', () => {
  it('is refused with the time after which there may be room', async () => {
    const place = await ApiPlace.open({ outboxEntries: 1 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => call(place, PATH, { as: EMR, body: event(`r${at}`) })),
    );
    const full = answers.filter(({ status }) => status === 429);
    const accepted = answers.filter(({ status }) => status === 202);
    expect(full.length + accepted.length).to.equal(40);
    expect(full.length).to.be.greaterThan(0);
    for (const { headers, json } of full) {
      expect(json['code']).to.equal('OUTBOX_FULL');
      expect(Number(headers['retry-after'])).to.be.within(1, 60);
    }
    expect(place.hospital.sequencer.counts.accepted).to.equal(accepted.length);
    await place.close();
  });
});
