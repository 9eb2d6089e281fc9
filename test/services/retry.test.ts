// Which refusals are waited out: what passes by itself always, a peer that lags for a while only.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { ChartsealError, type ErrorCode } from '../../chaincode/core/errors.js';
import { Patience } from '../../gateway/services/sequencer/retry.js';
import { nameWriter } from '../../gateway/services/sequencer/second-writer.js';

const error = (code: ErrorCode) => new ChartsealError(code, 'a reason');

describe('patience of the sequencer', () => {
  it('has no end for what passes by itself', () => {
    const none = new Patience(0);
    for (const code of ['LOG_MOVED', 'LEDGER_UNAVAILABLE', 'CLOCK_SKEW'] as const) {
      expect(none.allows(error(code))).to.equal(true);
    }
  });

  it('does not wait for a ledger that cannot lag', () => {
    const none = new Patience(0);
    for (const code of ['LEDGER_BEHIND', 'NOT_FOUND'] as const) {
      expect(none.allows(error(code))).to.equal(false);
    }
  });

  it('ends for a peer that lags too long, and begins anew after a success', async () => {
    const some = new Patience(200);
    expect(some.allows(error('LEDGER_BEHIND'))).to.equal(true);
    expect(some.allows(error('NOT_FOUND'))).to.equal(true);
    await sleep(300);
    expect(some.allows(error('LEDGER_BEHIND'))).to.equal(false);
    some.renew();
    expect(some.allows(error('LEDGER_BEHIND'))).to.equal(true);
  });

  it('is there for a peer that does not know the log yet, and for no other word that cannot be', () => {
    const unknown = error('LOG_UNKNOWN');
    const told = new ChartsealError('LEDGER_CORRUPT', 'not known', { cause: unknown });
    for (const one of [unknown, told]) {
      expect(new Patience(60_000).allows(one)).to.equal(true);
      expect(new Patience(0).allows(one)).to.equal(false);
    }
    expect(new Patience(60_000).allows(error('LEDGER_CORRUPT'))).to.equal(false);
  });

  it('begins anew after a time in which nobody answered, who then was not behind either', async () => {
    const some = new Patience(200);
    expect(some.allows(error('LEDGER_BEHIND'))).to.equal(true);
    await sleep(300);
    expect(some.allows(error('LEDGER_UNAVAILABLE'))).to.equal(true);
    expect(some.allows(error('LEDGER_BEHIND'))).to.equal(true);
    await sleep(300);
    // One that answers that others are ahead is there.
    expect(some.allows(error('LOG_MOVED'))).to.equal(true);
    expect(some.allows(error('LEDGER_BEHIND'))).to.equal(false);
  });

  it('has none with a fork, a refusal or a fault of ours', () => {
    const some = new Patience(60_000);
    for (const code of ['LOG_FORKED', 'ACT_REFUSED', 'IDENTITY_REFUSED'] as const) {
      expect(some.allows(error(code))).to.equal(false);
    }
    expect(some.allows(new TypeError('ours'))).to.equal(false);
  });
});

describe('a second writer', () => {
  const named = async () => 'the newest append was sent by HospitalAMSP';

  it('is named where the log holds what we did not send', async () => {
    for (const code of ['STORE_BEHIND', 'LOG_FORKED'] as const) {
      const found = (await nameWriter(error(code), named)) as ChartsealError;
      expect(found.code).to.equal(code);
      expect(found.message).to.equal('a reason; the newest append was sent by HospitalAMSP');
    }
  });

  it('is no matter of other faults, or of a ledger that cannot tell', async () => {
    const other = error('LEDGER_FAILED');
    expect(await nameWriter(other, named)).to.equal(other);
    const forked = error('LOG_FORKED');
    expect(await nameWriter(forked, undefined)).to.equal(forked);
    const fails = () => Promise.reject(new Error('no answer'));
    expect(await nameWriter(forked, fails)).to.equal(forked);
  });
});
