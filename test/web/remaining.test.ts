import { expect } from 'chai';
import { momentNow, Remaining } from '../../gateway/web/session/remaining.js';

const told = (idleMinutes: number, minutes: number) => ({
  idleSeconds: idleMinutes * 60,
  seconds: minutes * 60,
  ofIdleSeconds: idleMinutes * 60,
  ofSeconds: minutes * 60,
});

describe('what a page knows of the end of its session', () => {
  it('is the earlier of its two ends, and whether anything puts it off', () => {
    const idle = new Remaining({ ...told(30, 480), idleSeconds: 90 }, momentNow());
    expect(idle.seconds).to.be.within(30, 90);
    expect(idle.isFinal).to.equal(false);
    const last = new Remaining({ ...told(30, 480), seconds: 90 }, momentNow());
    expect(last.seconds).to.be.within(30, 90);
    expect(last.isFinal).to.equal(true);
  });

  it('is counted by the clock that went further since it was asked', () => {
    const { wall, steady } = momentNow();
    const hour = 3_600_000;
    for (const asked of [
      { wall: wall - hour, steady },
      { wall, steady: steady - hour },
      { wall: wall + hour, steady: steady - hour },
    ]) {
      expect(new Remaining(told(30, 480), asked).seconds).to.be.at.most(0);
    }
  });

  it('is warned of two minutes before, and at half of a shorter session', () => {
    const warning = (idleMinutes: number, minutes: number) =>
      new Remaining(told(idleMinutes, minutes), momentNow()).warningSeconds;
    expect(warning(30, 480)).to.equal(120);
    expect(warning(3, 480)).to.equal(90);
    // The shortest that a gateway can be given: still more than the 20 seconds of WCAG 2.2.1.
    for (const shortest of [warning(1, 480), warning(30, 1)]) expect(shortest).to.equal(30);
  });
});
