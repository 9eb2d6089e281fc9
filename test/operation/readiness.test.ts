import { expect } from 'chai';
import { ChartsealError, ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import type { LedgerPart, LedgerProbe } from '../../gateway/ledger/ledger-probe.js';
import { Health } from '../../gateway/operation/health.js';
import {
  type Judged,
  judgeCertificates,
  judgeLedger,
  judgeShutdown,
  judgeWriteSide,
  type WriteSide,
} from '../../gateway/operation/readiness.js';
import { findingOf } from '../../gateway/services/doctor/finding.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { stoppedBy } from '../../gateway/services/sequencer/retry.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { accessSubmission } from '../support/hospital.js';

const GOOD: WriteSide = {
  counts: { accepted: 10, committed: 10, proven: 10 },
  outboxBound: 5,
  isReconciled: true,
  fault: undefined,
  appendFailure: undefined,
  proveFailure: undefined,
  unprovenAgeMs: 0,
};

const write = (changes: Partial<WriteSide>, kind: 'embedded' | 'fabric' = 'fabric') =>
  judgeWriteSide({ ...GOOD, ...changes }, '/data', kind);

/** The checks that fail, each of which must say what to do. */
function failing(checks: readonly Judged[]): Readonly<Record<string, ErrorCode | undefined>> {
  const found = checks.filter(({ ok }) => !ok);
  for (const { sentence, nextStep } of found) {
    expect(sentence).to.match(/[.)]$/);
    expect(nextStep?.length).to.be.above(5);
  }
  return Object.fromEntries(found.map(({ name, code }) => [name, code]));
}

const error = (code: ErrorCode) => new ChartsealError(code, 'the message');

describe('readiness', () => {
  it('fails with LOG_STOPPED and the advice for what stopped the write side', () => {
    const fault = new ChartsealError('LOG_STOPPED', 'x', { cause: error('STORE_BEHIND') });
    const checks = write({ fault });
    expect(failing(checks)).to.deep.equal({ 'write side': 'LOG_STOPPED' });
    expect(checks[0]?.sentence).to.include('STORE_BEHIND');
    expect(checks[0]?.nextStep).to.include('/data/store');
  });

  it('says that the gateway is to be started again, once, whatever stopped the write side', () => {
    const causes = [error('STORE_FAILED'), error('LEDGER_FAILED'), error('LOG_UNKNOWN')];
    for (const cause of [...causes, error('BAD_WITNESS'), new RangeError('x')]) {
      const fault = stoppedBy(cause);
      for (const kind of ['embedded', 'fabric'] as const) {
        const next = write({ fault }, kind)[0]?.nextStep ?? '';
        expect(next).to.match(/; then start the gateway again$/);
        expect(next.match(/start/g)).to.have.length(1);
        expect(next).to.not.match(/run this again|\.;/);
      }
    }
  });

  it('and the codes that a sender then gets say it too', () => {
    for (const code of ['STORE_FAILED', 'LOG_STOPPED'] as const) {
      expect(ERROR_CODES[code].hint).to.match(/start the gateway again/);
    }
  });

  it('leads to the profile where a channel does not know the log, and to no folder of ours', () => {
    const unknown = error('LOG_UNKNOWN');
    const cause = new ChartsealError('LEDGER_CORRUPT', 'not known', { cause: unknown });
    const fault = new ChartsealError('LOG_STOPPED', 'x', { cause });
    const [check] = write({ isReconciled: false, fault });
    const found = findingOf('marker', unknown, '/data', 'fabric');
    for (const next of [check?.nextStep, found.next]) {
      expect(next).to.include('/data/config.json').and.include('chartseal init');
      expect(next).to.not.include('/data/ledger');
    }
  });

  it('fails until the ledger has answered once, also where nothing waits', () => {
    expect(failing(write({ isReconciled: false }))).to.deep.equal({
      'write side': 'LEDGER_UNAVAILABLE',
    });
    const appendFailure = error('IDENTITY_REFUSED');
    const checks = write({ isReconciled: false, appendFailure });
    expect(failing(checks)).to.deep.equal({ 'write side': 'IDENTITY_REFUSED' });
    expect(checks[0]?.sentence).to.include('Asked last, it said: the message.');
    expect(checks[0]?.nextStep).to.include('our own peer and its contract process');
    const fault = new ChartsealError('LOG_STOPPED', 'x', { cause: error('LOG_FORKED') });
    expect(failing(write({ isReconciled: false, fault }))).to.deep.equal({
      'write side': 'LOG_STOPPED',
    });
  });

  it('fails while the newest append or attestation failed and something waits for it', () => {
    const appendFailure = error('CLOCK_SKEW');
    expect(failing(write({ appendFailure }))).to.deep.equal({});
    const waiting = { accepted: 11, committed: 10, proven: 10 };
    expect(failing(write({ appendFailure, counts: waiting }))).to.deep.equal({
      'write side': 'CLOCK_SKEW',
    });
    const proveFailure = error('LEDGER_UNAVAILABLE');
    const committed = { accepted: 11, committed: 11, proven: 10 };
    expect(failing(write({ proveFailure, counts: committed }))).to.deep.equal({
      'write side': 'LEDGER_UNAVAILABLE',
    });
  });

  it('fails when the outbox is full, and when something waits for its proof too long', () => {
    const counts = { accepted: 15, committed: 10, proven: 10 };
    expect(failing(write({ counts }))).to.deep.equal({ outbox: 'OUTBOX_FULL' });
    const late = { unprovenAgeMs: 100_000 };
    expect(failing(write(late, 'embedded'))).to.deep.equal({ unproven: 'NOT_PROVEN_YET' });
    // A leader of BFT that died stalls a channel for a minute and a half.
    expect(failing(write(late, 'fabric'))).to.deep.equal({});
  });

  const part = (kind: LedgerPart['kind'], name: string, isUp: boolean): LedgerPart => ({
    kind,
    name,
    isUp,
  });
  const probe = (changes: Partial<LedgerProbe>): LedgerProbe => ({
    parts: [part('peer', 'p:1', true), part('organisation', 'B', false)],
    canCommit: true,
    canProve: true,
    ...changes,
  });

  it('holds while the others make up for a part of the ledger, which is named all the same', () => {
    const checks = judgeLedger(probe({}), 'fabric');
    expect(failing(checks)).to.deep.equal({ 'organisation B': 'LEDGER_UNAVAILABLE' });
    expect(checks.filter(({ ok, isNeeded }) => !ok && isNeeded)).to.deep.equal([]);
  });

  it('calls the others enough only where store and ledger were compared', () => {
    const said = (isMet: boolean) => judgeLedger(probe({}), 'fabric', isMet)[1]?.sentence;
    expect(said(true)).to.include('enough to go on');
    expect(said(false)).to.equal('It does not answer from here.');
  });

  it('fails when too few answer to commit or to prove, and when nobody answers', () => {
    for (const changes of [{ canCommit: false }, { canProve: false }]) {
      const [ledger] = judgeLedger(probe(changes), 'fabric');
      expect(ledger).to.include({ ok: false, isNeeded: true, code: 'LEDGER_UNAVAILABLE' });
      expect(ledger?.sentence).to.include('no answer from B');
    }
    expect(failing(judgeLedger(undefined, 'fabric'))).to.have.property('ledger');
  });

  it('fails when it ends, and when its TLS certificate has ended', () => {
    expect(failing([judgeShutdown(true)])).to.deep.equal({ gateway: 'SHUTTING_DOWN' });
    const dated = [{ name: 'people certificate', until: 1000 }];
    expect(failing(judgeCertificates(dated, 1001))).to.deep.equal({
      'TLS certificates': 'CONFIG_INVALID',
    });
    expect(failing(judgeCertificates(dated, 999))).to.deep.equal({});
  });

  describe('of a hospital that is open', () => {
    let place: GatewayPlace;
    beforeEach(async () => {
      place = await GatewayPlace.create();
    });
    afterEach(() => place.remove());

    it('fails with a clock that is behind the log, by as much as the metric says', async () => {
      const hospital = await openHospital({ folder: place.data, operator: 'test' });
      try {
        await hospital.sequencer.accept(accessSubmission('P1', 'r1'));
        await hospital.sequencer.waitProven(10_000);
        expect((await new Health({ hospital }).ready()).ready).to.equal(true);
        const behind = new Health({ hospital, now: () => Date.now() - 3_600_000 });
        const { ready, checks } = await behind.ready();
        expect(ready).to.equal(false);
        const clock = checks.find(({ name }) => name === 'clock');
        expect(clock).to.include({ ok: false, code: 'CLOCK_BACKWARDS' });
        expect(clock?.nextStep).to.include('date -u');
      } finally {
        await hospital.close();
      }
    });

    it('and its ages count from the time of the oldest entry that waits', async () => {
      const hospital = await openHospital({ folder: place.data, operator: 'test' });
      try {
        const health = new Health({ hospital, now: () => Date.now() + 60_000 });
        expect(health.ages()).to.deep.equal({ outboxMs: 0, unprovenMs: 0 });
        await hospital.sequencer.accept(accessSubmission('P1', 'r1'));
        // It may be committed by now; then nothing waits.
        const { accepted, proven } = hospital.sequencer.counts;
        expect(health.ages().unprovenMs).to.be.above(accepted > proven ? 59_000 : -1);
        await hospital.sequencer.waitProven(10_000);
        expect(health.ages()).to.deep.equal({ outboxMs: 0, unprovenMs: 0 });
        expect(health.status()).to.include({ accepted: 1, proven: 1, state: 'running' });
      } finally {
        await hospital.close();
      }
    });

    it('and what cannot be looked at is told as a fault instead of thrown', async () => {
      const hospital = await openHospital({ folder: place.data, operator: 'test' });
      const health = new Health({ hospital });
      await hospital.sequencer.accept(accessSubmission('P1', 'r1'));
      await hospital.sequencer.waitProven(10_000);
      await hospital.close();
      const { ready, checks } = await health.ready();
      expect(ready).to.equal(false);
      expect(checks.find(({ name }) => name === 'clock')?.ok).to.equal(false);
    });
  });
});
