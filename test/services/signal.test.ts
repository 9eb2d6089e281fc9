// Waiting for a change: by the clock that nobody sets.
import { expect } from 'chai';
import { Signal } from '../../gateway/services/sequencer/signal.js';

const HOUR_MS = 3_600_000;

describe('a wait for a change', () => {
  const real = Date.now;
  afterEach(() => {
    Date.now = real;
  });

  it('ends in its time when the clock of the machine is set back meanwhile', async () => {
    const signal = new Signal();
    const begun = performance.now();
    const ended = signal.until(() => false, 100);
    Date.now = () => real() - HOUR_MS;
    // Something changed, and not what it waits for: it looks at how long is left.
    signal.notify();
    const late = new Promise((resolve) => setTimeout(resolve, 2000, 'late'));
    expect(await Promise.race([ended, late])).to.equal(undefined);
    expect(performance.now() - begun).to.be.at.least(99);
  });
});
