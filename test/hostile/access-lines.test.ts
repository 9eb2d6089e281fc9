// Bad lines among good ones: each is reported with its number and code, and stops nothing else.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { MAX_LINE_BYTES } from '../../chaincode/core/limits.js';
import { type JsonRow, Workplace } from '../support/cli.js';
import { expectNoStack, runIn } from '../support/refusals.js';
import { dataContents, Untouched } from '../support/untouched.js';

const EVENT = {
  patient: { system: 'urn:hospital-a', value: 'SECRET-P1' },
  occurredAt: '2026-11-01T08:00:00.000Z',
  action: 'R',
  outcome: 'success',
  actor: { id: 'dr-1' },
  role: 'physician',
  organisation: 'hospital-a',
  purpose: 'TREAT',
  breakGlass: false,
  records: [] as string[],
  category: 'inpatient',
  source: { system: 'emr', requestId: 'r' },
};

type Event = Readonly<Record<string, unknown>>;

function without(member: string): Event {
  const { [member as keyof typeof EVENT]: _, ...rest } = EVENT;
  return rest;
}

const text = (changes: Event) => JSON.stringify({ ...EVENT, ...changes });
const at = (occurredAt: unknown) => text({ occurredAt });
/** The event with raw JSON in the place of a member's value. */
const raw = (member: string, json: string) =>
  text({ [member]: '\u0001' }).replace('"\\u0001"', json);
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** A line, and what is said about it. */
const BAD: readonly (readonly [what: string, line: string | Buffer, code: string])[] = [
  ['no patient', JSON.stringify(without('patient')), 'BAD_INPUT'],
  ['no actor', JSON.stringify(without('actor')), 'BAD_INPUT'],
  ['no source', JSON.stringify(without('source')), 'BAD_INPUT'],
  ['an empty patient', text({ patient: { system: 'urn:hospital-a', value: '' } }), 'BAD_INPUT'],
  ['a patient as text', text({ patient: 'urn:hospital-a|P1' }), 'BAD_INPUT'],
  ['null for a patient', text({ patient: null }), 'BAD_INPUT'],
  ['a patient in NFD', text({ patient: { system: 's', value: 'e\u0301' } }), 'PATIENT_NOT_NORMAL'],
  [
    'a patient with a space behind',
    text({ patient: { system: 's', value: 'P1 ' } }),
    'PATIENT_NOT_NORMAL',
  ],
  [
    'a patient with a zero byte',
    text({ patient: { system: 's', value: 'P\u0000' } }),
    'PATIENT_NOT_NORMAL',
  ],
  ['an unknown action', text({ action: 'X' }), 'BAD_INPUT'],
  ['an action in lower case', text({ action: 'r' }), 'BAD_INPUT'],
  ['an unknown outcome', text({ outcome: '8' }), 'BAD_INPUT'],
  ['text for a flag', text({ breakGlass: 'false' }), 'BAD_INPUT'],
  ['a number for a flag', text({ breakGlass: 0 }), 'BAD_INPUT'],
  ['a time in 1582', at('1582-10-10T00:00:00.000Z'), 'BAD_INPUT'],
  ['a time in 1899', at('1899-12-31T23:59:59.999Z'), 'BAD_INPUT'],
  ['a time in 10000', at('10000-01-01T00:00:00.000Z'), 'BAD_INPUT'],
  ['a time in +10000', at('+010000-01-01T00:00:00.000Z'), 'BAD_INPUT'],
  ['30 February', at('2026-02-30T00:00:00.000Z'), 'BAD_INPUT'],
  ['29 February of no leap year', at('2100-02-29T00:00:00.000Z'), 'BAD_INPUT'],
  ['a leap second', at('2016-12-31T23:59:60.000Z'), 'BAD_INPUT'],
  ['24 o’clock', at('2026-11-01T24:00:00.000Z'), 'BAD_INPUT'],
  ['a time without Z', at('2026-11-01T08:00:00.000'), 'BAD_INPUT'],
  ['a time with an offset', at('2026-11-01T08:00:00.000+08:00'), 'BAD_INPUT'],
  ['a lower-case t', at('2026-11-01t08:00:00.000Z'), 'BAD_INPUT'],
  ['a lower-case z', at('2026-11-01T08:00:00.000z'), 'BAD_INPUT'],
  ['a time without milliseconds', at('2026-11-01T08:00:00Z'), 'BAD_INPUT'],
  ['a time with a line end', at('2026-11-01T08:00:00.000Z\n'), 'BAD_INPUT'],
  ['other digits', at('２026-11-01T08:00:00.000Z'), 'BAD_INPUT'],
  ['a number for a time', at(1_793_000_000_000), 'BAD_INPUT'],
  ['an unknown member', text({ note: 'SECRET' }), 'BAD_INPUT'],
  ['an unknown member within', text({ actor: { id: 'dr-1', born: 1970 } }), 'BAD_INPUT'],
  ['__proto__', `{"__proto__":{"patient":1},${text({}).slice(1)}`, 'BAD_INPUT'],
  ['__proto__ in place of all', `{"__proto__":${text({})}}`, 'BAD_INPUT'],
  ['constructor', text({ constructor: {} }), 'BAD_INPUT'],
  ['toString as an action', text({ action: 'toString' }), 'BAD_INPUT'],
  ['a member twice', text({}).replace('{', '{"action":"R",'), 'BAD_JSON'],
  ['a member twice, once escaped', text({}).replace('{', '{"\\u0061ction":"R",'), 'BAD_JSON'],
  ['a lone surrogate', text({ role: '\u0001' }).replace('\\u0001', '\\ud800'), 'BAD_JSON'],
  ['surrogates in the wrong order', raw('role', '"\\udc00\\ud800"'), 'BAD_JSON'],
  ['deep nesting', raw('records', nested(40)), 'BAD_JSON'],
  ['very deep nesting', nested(30_000), 'BAD_JSON'],
  ['lists where text belongs', raw('role', nested(20)), 'BAD_INPUT'],
  ['a huge number', raw('records', '[1e400]'), 'BAD_JSON'],
  ['a number above 2^53', raw('records', '[9007199254740993]'), 'BAD_JSON'],
  ['a number of 10,000 digits', raw('records', `[${'9'.repeat(10_000)}]`), 'BAD_JSON'],
  ['-0', raw('breakGlass', '-0'), 'BAD_JSON'],
  ['1e3', raw('breakGlass', '1e3'), 'BAD_JSON'],
  ['1.0', raw('breakGlass', '1.0'), 'BAD_JSON'],
  ['01', raw('breakGlass', '01'), 'BAD_JSON'],
  ['NaN', raw('breakGlass', 'NaN'), 'BAD_JSON'],
  ['a mark before it', `\ufeff${text({})}`, 'BAD_JSON'],
  ['two values', `${text({})} ${text({})}`, 'BAD_JSON'],
  ['a comma behind', `${text({})},`, 'BAD_JSON'],
  ['a comment', `${text({})} // note`, 'BAD_JSON'],
  ['single quotes', text({}).replaceAll('"', "'"), 'BAD_JSON'],
  ['half a line', text({}).slice(0, 100), 'BAD_JSON'],
  ['a zero byte', Buffer.from(`${text({})}\0`), 'BAD_JSON'],
  ['latin1', Buffer.from(text({ role: 'médecin' }), 'latin1'), 'BAD_JSON'],
  [
    'UTF-8 of a surrogate',
    Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]),
    'BAD_JSON',
  ],
  ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'BAD_JSON'],
  ['UTF-16', Buffer.from(text({}), 'utf16le').subarray(0, 200), 'BAD_JSON'],
  ['a list of events', `[${text({})}]`, 'BAD_INPUT'],
  ['null', 'null', 'BAD_INPUT'],
  ['a text', '"event"', 'BAD_INPUT'],
  ['one space', ' ', 'BAD_JSON'],
  ['more bytes than a line may have', `"${'x'.repeat(MAX_LINE_BYTES - 1)}"`, 'TOO_LARGE'],
  ['an event of more bytes', text({ category: 'x'.repeat(MAX_LINE_BYTES) }), 'TOO_LARGE'],
  ['too many records', text({ records: Array.from({ length: 101 }, String) }), 'BAD_INPUT'],
  [
    'records that make the entry too large',
    text({ records: Array.from({ length: 5 }, (_, n) => `${n}${'x'.repeat(4000)}`) }),
    'TOO_LARGE',
  ],
  ['an empty request id', text({ source: { system: 'emr', requestId: '' } }), 'BAD_INPUT'],
];

describe('bad lines of access events', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(() => {
    place = new Workplace();
    expect(place.run(['init', '--data', 'data']).status).to.equal(0);
  });
  after(() => place.remove());

  const good = (number: number) => text({ source: { system: 'emr', requestId: `good ${number}` } });

  /** Good lines with CR LF at times, a bad one behind each. */
  function mixture(): Buffer {
    const lines = BAD.flatMap(([, line], number) => [
      Buffer.from(`${good(number)}${number % 2 === 0 ? '\r' : ''}\n`),
      Buffer.from(line),
      Buffer.from('\n'),
    ]);
    return Buffer.concat([...lines, Buffer.from(good(BAD.length))]);
  }

  it('are reported with their numbers, and the lines between accepted once', () => {
    writeFileSync(place.path('events.jsonl'), mixture());
    const lines = readFileSync(place.path('events.jsonl')).toString('latin1').split('\n');
    const args = ['access', 'import', 'events.jsonl', '--data', 'data', '--json'];
    for (const isSecond of [false, true]) {
      const ran = place.run(args);
      expectNoStack(ran);
      const rows = ran.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as JsonRow);
      const summary = rows.pop();
      expect(summary?.['summary']).to.deep.include({
        added: isSecond ? 0 : BAD.length + 1,
        accepted: BAD.length + 1,
        duplicates: isSecond ? BAD.length + 1 : 0,
        failed: BAD.length,
        proven: BAD.length + 1,
      });
      expect(rows.map(({ line }) => line)).to.deep.equal(lines.map((_, number) => number + 1));
      for (const [number, row] of rows.entries()) {
        const bad = number % 2 === 1 ? BAD[number >> 1] : undefined;
        const error = row['error'] as { code: string; hint: string } | undefined;
        expect(error?.code, bad?.[0]).to.equal(bad?.[2]);
        if (bad !== undefined) expect(error?.hint).to.be.a('string').and.not.equal('');
      }
      expect(ran.status).to.equal(2);
      expect(ran.stderr).to.match(/hint: BAD_INPUT: .*\n/);
      expect(ran.stdout + ran.stderr).to.not.include('SECRET');
    }
  });

  it('alone write nothing at all', async () => {
    const untouched = await Untouched.remember(place.folder, 'data');
    const input = Buffer.concat(BAD.flatMap(([, line]) => [Buffer.from(line), Buffer.from('\n')]));
    const ran = runIn(place, ['access', 'import', '--data', 'data'], { input });
    expectNoStack(ran);
    expect(ran.stdout).to.equal('');
    expect(ran.status).to.equal(2);
    expect(ran.stderr).to.match(/^line 1: BAD_INPUT /);
    expect(ran.stderr).to.match(/hint: TOO_LARGE: /);
    await untouched.expectSame();
  });

  it('do not stop an input that is nothing else', async () => {
    const before = await dataContents(place.path('data'));
    for (const input of ['', '\n\r\n\n', '\ufeff', 'x'.repeat(300_000)]) {
      const ran = runIn(place, ['access', 'import', '-', '--data', 'data'], { input });
      expectNoStack(ran);
      expect(ran.status, ran.stderr).to.equal(input.length > 100 ? 2 : 0);
    }
    expect(await dataContents(place.path('data'))).to.deep.equal(before);
  });
});
