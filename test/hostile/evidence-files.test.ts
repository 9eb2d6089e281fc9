// Files that are no receipt, no history or no trust file of ours, through the program.
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { Workplace } from '../support/cli.js';
import { DOCUMENT, INDEX, PATIENT, sampleLog } from '../support/evidence-sample.js';
import { expectNoStack, expectRefused, expectRefusedJson, runIn } from '../support/refusals.js';

const log = sampleLog();
const receipt = log.receipt(INDEX.archive);
const history = log.history({ patient: PATIENT });
const trust = log.trustFile();
const text = canonicalJson(receipt);
const MEBIBYTE = 1024 * 1024;

/** What a member's base64 becomes, still decoding to the same bytes for a loose reader. */
const LOOSE: Readonly<Record<string, (base64: string) => string>> = {
  'without padding': (base64) => base64.replace(/=+$/, ''),
  'in the URL alphabet': (base64) => base64.replaceAll('+', '-').replaceAll('/', '_'),
  'with a space': (base64) => `${base64.slice(0, 8)} ${base64.slice(8)}`,
  'with a line end': (base64) => `${base64.slice(0, 76)}\n${base64.slice(76)}`,
  'with bits behind its end': (base64) => base64.replace(/.(=+)$/, '9$1'),
  'with padding behind padding': (base64) => `${base64}====`,
};

/** A receipt's text, and the code of step format. `not ours`: exit 2, else `not proven`, 1. */
type Bad = readonly [what: string, bytes: string | Uint8Array, code: string, exit: 1 | 2];

const BAD: readonly Bad[] = [
  ['nothing', '', 'BAD_JSON', 2],
  ['no JSON', 'receipt', 'BAD_JSON', 2],
  ['null', 'null', 'BAD_FORMAT', 2],
  ['a list', '[]', 'BAD_FORMAT', 2],
  ['an empty object', '{}', 'BAD_FORMAT', 2],
  ['a trust file', canonicalBytes(trust), 'BAD_FORMAT', 2],
  ['a history', canonicalBytes(history), 'BAD_FORMAT', 2],
  ['of another product', text.replace('chartseal-receipt/1', 'other-receipt/1'), 'BAD_FORMAT', 2],
  ['of a later version', text.replace('receipt/1', 'receipt/2'), 'NEWER_VERSION', 2],
  ['of a version far ahead', text.replace('receipt/1', 'receipt/999'), 'NEWER_VERSION', 2],
  ['of version 0', text.replace('receipt/1', 'receipt/0'), 'BAD_FORMAT', 2],
  ['of version 01', text.replace('receipt/1', 'receipt/01'), 'BAD_FORMAT', 2],
  ['a member twice', text.replace('{', '{"leaf":"AAAA",'), 'BAD_JSON', 2],
  ['a member twice, once escaped', text.replace('{', '{"\\u006ceaf":"AAAA",'), 'BAD_JSON', 2],
  ['a lone surrogate', text.replace('{', '{"a":"\\ud800",'), 'BAD_JSON', 2],
  ['a number above 2^53', text.replace('{', '{"a":9007199254740993,'), 'BAD_JSON', 2],
  ['a fraction', text.replace('{', '{"a":1.5,'), 'BAD_JSON', 2],
  ['nesting', text.replace('{', `{"a":${'['.repeat(9999)}${']'.repeat(9999)},`), 'BAD_JSON', 2],
  ['a byte behind', `${text}x`, 'BAD_JSON', 2],
  ['a zero byte behind', `${text}\0`, 'BAD_JSON', 2],
  ['a mark before it', `\ufeff${text}`, 'BAD_JSON', 2],
  ['half of it', text.slice(0, text.length / 2), 'BAD_JSON', 2],
  ['UTF-16', Buffer.from(text, 'utf16le'), 'BAD_JSON', 2],
  ['a bad byte', Buffer.concat([Buffer.from(text), Buffer.from([0xff])]), 'BAD_JSON', 2],
  ['a second one behind', `${text}${text}`, 'BAD_JSON', 2],
  ['a line end behind', `${text}\n`, 'BAD_FORMAT', 1],
  ['a space within', text.replace('{', '{ '), 'BAD_FORMAT', 1],
  ['members in another order', text.replace(/^\{(.*),("proof".*)\}$/, '{$2,$1}'), 'BAD_FORMAT', 1],
  ['escapes that need not be', text.replace('format', '\\u0066ormat'), 'BAD_FORMAT', 1],
  ['an unknown member', canonicalBytes({ ...receipt, more: 1 }), 'BAD_INPUT', 1],
  ['__proto__', text.replace('{', '{"__proto__":{},'), 'BAD_INPUT', 1],
  ['no leaf', canonicalBytes({ ...receipt, leaf: undefined }), 'BAD_INPUT', 1],
  ['a number for the leaf', canonicalBytes({ ...receipt, leaf: 7 }), 'BAD_INPUT', 1],
  ...(['entry', 'leaf'] as const).flatMap((member) =>
    Object.entries(LOOSE).flatMap(([how, loosen]): Bad[] => {
      const changed = loosen(receipt[member]);
      if (changed === receipt[member]) return [];
      const bytes = canonicalBytes({ ...receipt, [member]: changed });
      return [[`${member} ${how}`, bytes, 'BAD_INPUT', 1]];
    }),
  ),
];

describe('a file that is no evidence of ours', function () {
  this.timeout(60_000);
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
    writeFileSync(place.path('trust.json'), canonicalBytes(trust));
    writeFileSync(place.path('document'), DOCUMENT);
    writeFileSync(place.path('good.receipt.json'), text);
  });
  afterEach(() => place.remove());

  const verifyArgs = (receiptFile: string, trustFile = 'trust.json') => [
    'verify',
    'document',
    '--receipt',
    receiptFile,
    '--trust',
    trustFile,
  ];

  it('has a step format that says why, for receipts beside their documents', () => {
    const names = BAD.map((_, at) => `d${at}`);
    for (const [at, [, bytes]] of BAD.entries()) {
      writeFileSync(place.path(`d${at}`), DOCUMENT);
      writeFileSync(place.path(`d${at}.receipt.json`), bytes);
    }
    writeFileSync(place.path('good'), DOCUMENT);
    const ran = runIn(place, ['verify', ...names, 'good', '--trust', 'trust.json', '--json']);
    expectNoStack(ran);
    const rows = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.pop()).to.include({ file: 'good', verdict: 'unchanged', exitCode: 0 });
    expect(rows).to.have.length(BAD.length);
    for (const [at, { verdict, exitCode, steps }] of rows.entries()) {
      const [what, , code, exit] = BAD[at] as Bad;
      const format = steps.find(({ step }: { step: string }) => step === 'format');
      expect(format.code, `${what}: ${format.sentence}`).to.equal(code);
      expect(format.status, what).to.not.equal('OK');
      expect(exitCode, what).to.equal(exit);
      expect(verdict, what).to.equal(exit === 1 ? 'not proven' : 'not checked');
    }
    expect(ran.status).to.equal(1);
  });

  it('is told from a document by its format, however that is written', () => {
    const pretty = (file: object) => JSON.stringify(file, null, 2);
    const format = '"format":"chartseal-receipt/1"';
    type Given = readonly [what: string, bytes: string, verdict: string, code: string];
    const given: readonly Given[] = [
      ['a receipt over lines', pretty(receipt), 'not proven', 'BAD_FORMAT'],
      ['a history over lines', pretty(history), 'incomplete', 'BAD_FORMAT'],
      ['a space before it', ` ${text}`, 'not proven', 'BAD_FORMAT'],
      ['many line ends before it', `${'\n'.repeat(200_000)}${text}`, 'not proven', 'BAD_FORMAT'],
      ['an escaped value', text.replace('t/1', 't\\/1'), 'not proven', 'BAD_FORMAT'],
      ['an escaped name', text.replace('format', '\\u0066ormat'), 'not proven', 'BAD_FORMAT'],
      ['half of it', text.slice(0, text.indexOf('"proof"')), 'not checked', 'BAD_JSON'],
      ['a document about one', `{"about":{${format}}}`, 'not checked', 'NO_RECEIPT'],
      ['a list of one', `[${text}]`, 'not checked', 'NO_RECEIPT'],
      ['a document that quotes', `{"a":${JSON.stringify(format)}}`, 'not checked', 'NO_RECEIPT'],
      ['a text that quotes', `As in {${format}}`, 'not checked', 'NO_RECEIPT'],
      ['nothing but spaces', ' '.repeat(200_000), 'not checked', 'NO_RECEIPT'],
    ];
    for (const [at, [, bytes]] of given.entries()) writeFileSync(place.path(`g${at}`), bytes);
    const names = given.map((_, at) => `g${at}`);
    const ran = runIn(place, ['verify', ...names, '--trust', 'trust.json', '--json']);
    expectNoStack(ran);
    const lines = ran.stdout.trim().split('\n');
    expect(lines).to.have.length(given.length);
    for (const [at, line] of lines.entries()) {
      const [what, , verdict, code] = given[at] as Given;
      const { verdict: found, exitCode, steps, error } = JSON.parse(line);
      expect([found, steps?.[0].code ?? error.code], what).to.deep.equal([verdict, code]);
      expect(exitCode, what).to.equal(verdict === 'not checked' ? 2 : 1);
    }
  });

  it('of 100 MB is too large, in little memory, whatever it is given as', () => {
    const large = place.path('large');
    const file = openSync(large, 'w');
    writeSync(file, '{"format":"chartseal-receipt/1","entry":"');
    closeSync(file);
    truncateSync(large, 100 * MEBIBYTE);
    const env = { NODE_OPTIONS: '--max-old-space-size=256' };
    const shell = 'ulimit -v 4000000; "$@"';
    const uses = [verifyArgs('large'), ['verify', 'large', '--trust', 'trust.json']];
    for (const args of uses) {
      const ran = runIn(place, [...args, '--json'], { env, shell });
      expectNoStack(ran);
      const row = JSON.parse(ran.stdout);
      expect(row).to.include({ verdict: 'not checked', exitCode: 2 });
      expect(row.error).to.include({ code: 'TOO_LARGE' });
      expect(ran.status).to.equal(2);
    }
    const asTrust = runIn(place, verifyArgs('good.receipt.json', 'large'), { env });
    expectRefused(asTrust, 'TOO_LARGE', 2);
  });

  it('of millions of values is too large as well', () => {
    const values = '0,'.repeat(24 * MEBIBYTE);
    const bytes = text.replace('{', `{"a":[${values}0],`);
    writeFileSync(place.path('document.receipt.json'), bytes);
    const env = { NODE_OPTIONS: '--max-old-space-size=512' };
    const ran = runIn(place, ['verify', 'document', '--trust', 'trust.json', '--json'], { env });
    expectNoStack(ran);
    const { verdict, exitCode, steps } = JSON.parse(ran.stdout);
    expect({ verdict, exitCode }).to.deep.equal({ verdict: 'not checked', exitCode: 2 });
    expect(steps.find(({ step }: { step: string }) => step === 'format').code).to.equal(
      'TOO_LARGE',
    );
  });

  it('is no trust file either', () => {
    const [own] = trust.logs;
    const texts: readonly (readonly [what: string, bytes: string | Uint8Array, code: string])[] = [
      ['nothing', '', 'BAD_JSON'],
      ['a receipt', text, 'BAD_FORMAT'],
      ['a later version', canonicalJson(trust).replace('trust/1', 'trust/2'), 'NEWER_VERSION'],
      ['a member twice', canonicalJson(trust).replace('{', '{"channel":"x",'), 'BAD_JSON'],
      ['a line end', `${canonicalJson(trust)}\n`, 'BAD_FORMAT'],
      [
        'another log id',
        canonicalBytes({ ...trust, logs: [{ ...own, logId: '00'.repeat(32) }] }),
        'BAD_INPUT',
      ],
      [
        'another key',
        canonicalBytes({
          ...trust,
          logs: [
            {
              ...own,
              registration: {
                ...own?.registration,
                noteKey: sampleLog({ seed: 9 }).registration.noteKey,
              },
            },
          ],
        }),
        'BAD_INPUT',
      ],
    ];
    for (const [what, bytes, code] of texts) {
      writeFileSync(place.path('bad.json'), bytes);
      const args = verifyArgs('good.receipt.json', 'bad.json');
      try {
        expectRefused(runIn(place, args), code, 2);
      } catch (error) {
        throw new Error(what, { cause: error });
      }
    }
    expectRefusedJson(runIn(place, [...verifyArgs('x', 'bad.json'), '--json']), 'BAD_INPUT', 2);
  });

  it('is not proven under the trust file of another channel or log', () => {
    const other = sampleLog({ seed: 9 });
    const elsewhere = sampleLog({ origin: 'hospital-b.example/archive' });
    const files: readonly (readonly [what: string, file: object, step: string])[] = [
      ['another channel', { ...trust, channel: 'another' }, 'attestation'],
      ['another log', elsewhere.trustFile(), 'checkpoint'],
      ['the same origin with other keys', other.trustFile(), 'checkpoint'],
      ['no log', { ...trust, logs: [] }, 'checkpoint'],
      ['a Fabric channel', { ...trust, ordering: 'bft' }, 'attestation'],
    ];
    for (const [what, file, step] of files) {
      writeFileSync(place.path('other.json'), canonicalBytes(file));
      writeFileSync(place.path('history.json'), canonicalBytes(history));
      const args = ['verify', 'document', 'history.json', '--trust', 'other.json', '--json'];
      writeFileSync(place.path('document.receipt.json'), text);
      const ran = runIn(place, args);
      expectNoStack(ran);
      const rows = ran.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(rows).to.have.length(2);
      for (const { verdict, steps } of rows) {
        expect(verdict, what).to.equal('not proven');
        const failing = steps.filter(({ status }: { status: string }) => status === 'FAILED');
        expect(
          failing.map((one: { step: string }) => one.step),
          what,
        ).to.include(step);
      }
      expect(ran.status).to.equal(1);
    }
    expect(readFileSync(place.path('document'), 'utf8')).to.equal(DOCUMENT);
  });
});
