import { expect } from 'chai';
import fc from 'fast-check';
import { formatTime, parseTime, timestampMs } from '../../chaincode/core/time.js';
import { expectCode } from '../support/expect-code.js';

const FIRST = Date.parse('1900-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('a time', () => {
  const valid: [string, number][] = [
    ['1970-01-01T00:00:00.000Z', 0],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2026-11-01T08:00:00.123Z', 1793520000123],
    ['2024-02-29T12:00:00.000Z', 1709208000000],
    ['2000-02-29T00:00:00.000Z', 951782400000],
    ['1900-01-01T00:00:00.000Z', FIRST],
    ['9999-12-31T23:59:59.999Z', LAST],
  ];
  for (const [text, time] of valid) {
    it(`${text} is ${time} ms`, () => {
      expect(parseTime(text, 'at')).to.equal(time);
      expect(formatTime(time)).to.equal(text);
    });
  }

  it('reads back what it wrote, for every millisecond from 1900 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (time) => {
        expect(parseTime(formatTime(time), 'at')).to.equal(time);
      }),
    );
  });

  it('is written as Date writes it', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (time) => {
        expect(formatTime(time)).to.equal(new Date(time).toISOString());
      }),
    );
  });

  it('is read exactly when Date writes the same text back', () => {
    const digits = (size: number) => fc.stringMatching(new RegExp(`^[0-9]{${size}}$`));
    const parts = fc.tuple(
      digits(4),
      digits(2),
      digits(2),
      digits(2),
      digits(2),
      digits(2),
      digits(3),
    );
    fc.assert(
      fc.property(parts, ([year, month, day, hour, minute, second, ms]) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
        const time = Date.parse(text);
        const good =
          Number(year) >= 1900 && !Number.isNaN(time) && new Date(time).toISOString() === text;
        if (good) expect(parseTime(text, 'at')).to.equal(time);
        else expectCode(() => parseTime(text, 'at'), 'BAD_INPUT');
      }),
      { numRuns: 500 },
    );
  });

  const refused: Record<string, unknown> = {
    'a year before the calendar': '1582-10-10T00:00:00.000Z',
    'the last millisecond of 1899': '1899-12-31T23:59:59.999Z',
    'year 0': '0000-01-01T00:00:00.000Z',
    'a year of five digits': '10000-01-01T00:00:00.000Z',
    'a year with a sign': '+002026-01-01T00:00:00.000Z',
    'February 29 in no leap year': '2023-02-29T00:00:00.000Z',
    'February 29 of 1900': '1900-02-29T00:00:00.000Z',
    'February 30': '2024-02-30T00:00:00.000Z',
    'April 31': '2024-04-31T00:00:00.000Z',
    'month 0': '2024-00-01T00:00:00.000Z',
    'month 13': '2024-13-01T00:00:00.000Z',
    'day 0': '2024-01-00T00:00:00.000Z',
    'hour 24': '2024-01-01T24:00:00.000Z',
    'minute 60': '2024-01-01T00:60:00.000Z',
    'a leap second': '2016-12-31T23:59:60.000Z',
    'no milliseconds': '2024-01-01T00:00:00Z',
    microseconds: '2024-01-01T00:00:00.000000Z',
    'a comma': '2024-01-01T00:00:00,000Z',
    'an offset': '2024-01-01T00:00:00.000+00:00',
    'no zone': '2024-01-01T00:00:00.000',
    'lower case': '2024-01-01t00:00:00.000z',
    'a space': '2024-01-01 00:00:00.000Z',
    'space around it': ' 2024-01-01T00:00:00.000Z',
    'a final newline': '2024-01-01T00:00:00.000Z\n',
    'other digits': '２024-01-01T00:00:00.000Z',
    'a number': 0,
    nothing: undefined,
    'a list of a time': ['2024-01-01T00:00:00.000Z'],
  };
  for (const [name, text] of Object.entries(refused)) {
    it(`is refused with ${name}`, () => {
      expectCode(() => parseTime(text, 'at'), 'BAD_INPUT');
    });
  }

  it('is not written outside 1900 to 9999, nor as a fraction', () => {
    for (const time of [FIRST - 1, LAST + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expectCode(() => formatTime(time), 'BAD_INPUT');
    }
  });

  it('of a transaction loses what is less than a millisecond, and is never rounded up', () => {
    const seconds = 1_795_415_144;
    for (const [nanos, ms] of [
      [0, 0],
      [999_999, 0],
      [5_999_870, 5],
      [5_999_999, 5],
      [6_000_000, 6],
      [999_999_999, 999],
    ] as const) {
      expect(timestampMs(seconds, nanos), `${nanos} ns`).to.equal(seconds * 1000 + ms);
    }
    for (const nanos of [-1, 1_000_000_000, 1_900_000_000, 0.5, Number.NaN]) {
      expect(timestampMs(seconds, nanos), `${nanos} ns`).to.equal(undefined);
    }
    expect(timestampMs(2 ** 53, 0)).to.equal(undefined);
  });
});
