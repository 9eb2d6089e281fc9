// What the sentence beside the picture of a patient's page says of days, also where each bar of the
// picture is of several.
import { expect } from 'chai';
import type { ShownEntry } from '../../gateway/web/patient/access.js';
import { barsOf, spanOf } from '../../gateway/web/patient/days.js';

const DAY_MS = 86_400_000;
const FIRST = new Date(2024, 0, 1, 12).getTime();
const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY_MS;

function onDay(day: number, more: Partial<ShownEntry> = {}): ShownEntry {
  const time = new Date(FIRST);
  time.setDate(time.getDate() + day);
  return {
    sequence: 0,
    leafHash: '0'.repeat(64),
    act: 'access',
    at: time.toISOString(),
    occurredAt: time.toISOString(),
    source: { system: 'emr' },
    ...more,
  };
}

describe('the days on which a file was opened', () => {
  const year = Array.from({ length: 365 }, (_none, day) => onDay(day));

  it('end with the last one, though the last bar begins before it', () => {
    expect(barsOf(year).length).to.be.below(365);
    const { first, last } = spanOf(year);
    expect([first, last]).to.deep.equal([FIRST_DAY, FIRST_DAY + 364]);
  });

  it('have one on which most was opened, and no bar of several days is taken for it', () => {
    const { busiest, count } = spanOf([...year, onDay(200), onDay(300), onDay(300)]);
    expect([busiest, count]).to.deep.equal([FIRST_DAY + 300, 3]);
    expect(spanOf(year)).to.include({ busiest: FIRST_DAY, count: 1 });
  });

  it('are those of questions too, which are no accesses', () => {
    const question = { act: 'inquiry' } as const;
    const entries = [onDay(3), onDay(9, question), onDay(9, question)];
    expect(spanOf(entries)).to.deep.equal({
      first: FIRST_DAY + 3,
      last: FIRST_DAY + 9,
      busiest: FIRST_DAY + 3,
      count: 1,
    });
    expect(
      barsOf(entries)
        .map(({ count, questions }) => [count, questions])
        .at(-1),
    ).to.deep.equal([0, 2]);
  });
});
