// Receipts that are refused before anything in them is looked at: step format (SPEC 19.1).
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { Receipt } from '../../gateway/evidence/receipt.js';
import { INDEX } from '../../test/support/evidence-sample.js';
import { formatRuling, log, receipt, text, utf8 } from './rules.js';

const NOT_OURS = formatRuling('receipt', 'not checked');
const NEWER = formatRuling('receipt', 'not checked', 'not');
const DAMAGED = formatRuling('receipt', 'not proven');

function notOurs(json: string): void {
  const begin = '{"format":"chartseal-receipt/1",';
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const raw = utf8(json);
  const spoilt = raw.with(raw.length - 3, 0xff);
  const texts: Readonly<Record<string, string | Uint8Array>> = {
    'empty-file': '',
    'not-json': 'Receipt of a discharge summary\n',
    'cut-short': json.slice(0, -9),
    'duplicate-keys': `${begin}${json.slice(1)}`,
    'lone-surrogate-escaped': json.replace('"value":"ward', '"value":"\\ud800ward'),
    'lone-surrogate-in-utf8': Buffer.from(
      Buffer.from(json).toString('latin1').replace('"value":"', '"value":"\xed\xa0\x80'),
      'latin1',
    ),
    'not-utf8': spoilt,
    'byte-order-mark': `\ufeff${json}`,
    'trailing-bytes': `${json}x`,
    'trailing-nul': `${json}\0`,
    'two-receipts': `${json}${json}`,
    'nested-33-deep': `${begin}"x":${nested(32)}}`,
    'number-with-a-fraction': `${begin}"x":1.5}`,
    'number-with-an-exponent': `${begin}"x":1e3}`,
    'number-minus-0': `${begin}"x":-0}`,
    'number-2-to-53': `${begin}"x":9007199254740992}`,
    'a-list': `[${json}]`,
    'a-text': JSON.stringify('chartseal-receipt/1'),
    null: 'null',
    'without-format': json.replace('"format":"chartseal-receipt/1",', ''),
    'format-of-a-trust-file': '{"format":"chartseal-trust/1"}',
    'format-a-number': '{"format":1}',
    'version-0': '{"format":"chartseal-receipt/0"}',
    'version-01': '{"format":"chartseal-receipt/01"}',
    'version-of-16-digits': '{"format":"chartseal-receipt/1000000000000000"}',
    'format-in-upper-case': json.replace('chartseal-receipt', 'Chartseal-Receipt'),
  };
  for (const [name, content] of Object.entries(texts)) {
    const file = typeof content === 'string' ? utf8(content) : new Uint8Array(content);
    receipt(name, file, NOT_OURS);
  }
  const all = { ...JSON.parse(json) };
  receipt('future-version', { ...all, format: 'chartseal-receipt/2' }, NEWER);
  receipt('future-version-with-a-new-member', { more: 1, format: 'chartseal-receipt/3' }, NEWER);
  receipt('future-version-of-15-digits', { format: `chartseal-receipt/${'9'.repeat(15)}` }, NEWER);
  const later = json.replace('chartseal-receipt/1', 'chartseal-receipt/2');
  receipt('future-version-not-canonical', utf8(` ${later}`), NEWER);
}

function notCanonical(json: string): void {
  const texts: Readonly<Record<string, string>> = {
    'space-before': ` ${json}`,
    'line-feed-after': `${json}\n`,
    'space-after-a-colon': json.replace('":"', '": "'),
    'member-name-escaped': json.replace('"leaf"', '"\\u006ceaf"'),
    'slash-escaped': json.replace('chartseal-receipt/1', 'chartseal-receipt\\/1'),
    'members-unsorted': `{"format":"chartseal-receipt/1",${json
      .slice(1)
      .replace('"format":"chartseal-receipt/1",', '')}`,
  };
  for (const [name, content] of Object.entries(texts)) receipt(name, utf8(content), DAMAGED);
}

function malformed(good: Receipt): void {
  const { leaf } = good;
  const opening = good.openings?.['name'];
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`n${at}`, opening]));
  const salt = encodeBase64(new Uint8Array(15));
  const { attestation } = good;
  const changes: Readonly<Record<string, object>> = {
    'unknown-member': { note: '' },
    'leaf-missing': { leaf: undefined },
    'entry-missing': { entry: undefined },
    'proof-missing': { proof: undefined },
    'attestation-missing': { attestation: undefined },
    'leaf-null': { leaf: null },
    'proof-a-list': { proof: [good.proof] },
    'base64-without-padding': { leaf: leaf.replace(/=+$/, '') },
    'base64-with-a-line-feed': { leaf: `${leaf}\n` },
    'base64-of-urls': { entry: good.entry.replace(/[A-Z]/, '-') },
    'base64-with-unused-bits': { leaf: `${leaf.slice(0, -3)}${leaf.at(-3) === 'R' ? 'S' : 'R'}==` },
    'base64-with-two-paddings-too-many': { leaf: `${leaf}==` },
    'openings-a-list': { openings: [] },
    'openings-nine': { openings: many },
    'opening-name-of-33-bytes': { openings: { [`n${'x'.repeat(32)}`]: opening } },
    'opening-name-empty': { openings: { '': opening } },
    'opening-salt-of-15-bytes': { openings: { name: { ...opening, salt } } },
    'opening-without-a-value': { openings: { name: { salt: opening?.salt } } },
    'opening-with-more': { openings: { name: { ...opening, more: 1 } } },
    'attestation-a-text': { attestation: 'embedded/1' },
    'attestation-without-type': { attestation: { payload: '', signature: '' } },
    'attestation-type-without-version': { attestation: { ...attestation, type: 'embedded' } },
    'attestation-type-version-0': { attestation: { ...attestation, type: 'embedded/0' } },
    'attestation-with-more': { attestation: { ...attestation, more: 1 } },
    'attestation-without-signature': { attestation: { ...attestation, signature: undefined } },
    'attestation-signature-of-63-bytes': {
      attestation: { ...attestation, signature: encodeBase64(new Uint8Array(63)) },
    },
    'attestation-payload-loose': {
      attestation: { ...attestation, payload: 'e30' },
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    receipt(name, { ...good, ...change }, DAMAGED);
  }
}

export function addReceiptFormats(): void {
  const good = log.receipt(INDEX.archive, 4);
  const json = text(canonicalBytes(good));
  notOurs(json);
  notCanonical(json);
  malformed(good);
}
