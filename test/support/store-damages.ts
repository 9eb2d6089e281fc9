// What can be done to the rows of a store so that only an audit sees it.
import { concat, encodeHex, uint64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { parseEntry } from '../../chaincode/core/entry.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { formatLeaf, leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { parseOpenings } from '../../gateway/services/receipts.js';
import { bodyOfEntry, idempotencyDigests } from '../../gateway/services/sequencer/idempotency.js';
import * as keys from '../../gateway/store/keys.js';
import {
  type AttestationRow,
  formatHead,
  formatJsonRow,
  formatStoredEntry,
  parseHead,
  parseJsonRow,
  parseStoredEntry,
} from '../../gateway/store/rows.js';
import { keysOf, readValue } from './audit-sample.js';
import type { RawStore } from './raw-store.js';

export type Change = (rows: RawStore) => Promise<Map<string, Uint8Array>>;

/** Undefined when earlier damage left none. */
async function findNth(rows: RawStore, prefix: string, at = 3): Promise<string | undefined> {
  const found = await keysOf(rows, prefix);
  return found[Math.min(at, found.length - 1)];
}

async function nth(rows: RawStore, prefix: string, at = 3): Promise<string> {
  const found = await findNth(rows, prefix, at);
  if (found === undefined) throw new Error(`no row of ${prefix}`);
  return found;
}

/** A row of this table is gone. */
export const gone =
  (prefix: string): Change =>
  async (rows) => {
    const key = await findNth(rows, prefix);
    if (key !== undefined) await rows.del(key);
    return new Map();
  };

/** A row of this table has other bytes and a right checksum. */
const altered =
  (prefix: string, change: (value: Buffer) => Uint8Array): Change =>
  async (rows) => {
    const key = await findNth(rows, prefix);
    return new Map(key === undefined ? [] : [[key, change(await readValue(rows, key))]]);
  };

/** A row stands there that follows from nothing. */
const added =
  (key: string, value: Uint8Array): Change =>
  async () =>
    new Map([[key, value]]);

const flipped = (value: Buffer): Buffer => {
  value[value.length - 1] = (value.at(-1) as number) ^ 1;
  return value;
};

/** Two rows of one table, each in the place of the other. */
const swapped =
  (prefix: string): Change =>
  async (rows) => {
    const [one, other] = [await nth(rows, prefix, 0), await nth(rows, prefix, 1)];
    return new Map([
      [one, await readValue(rows, other)],
      [other, await readValue(rows, one)],
    ]);
  };

/** An access without its openings, found by the content that is left. */
export async function withoutOpenings(rows: RawStore): Promise<Map<string, Uint8Array>> {
  for (const at of await keysOf(rows, 'e/')) {
    const stored = parseStoredEntry(await readValue(rows, at));
    const openings = parseOpenings(stored.openings);
    if (openings === undefined) continue;
    const [entry, { subject }] = [parseEntry(stored.entry), parseLeaf(stored.leaf)];
    const digestsOf = (opened: typeof openings) =>
      idempotencyDigests(encodeHex(subject), bodyOfEntry(entry, opened));
    await rows.del(keys.idempotencyKey(digestsOf(openings).key));
    const { key, content } = digestsOf({});
    const place = uint64(keys.parseKeyNumber(at));
    return new Map([
      [at, formatStoredEntry({ ...stored, openings: new Uint8Array() })],
      [keys.idempotencyKey(key), concat(content, place)],
    ]);
  }
  throw new Error('nothing is private in the sample');
}

const nobody = new Uint8Array(32).fill(7);

/** What is done to the store, and the check that must tell of it. */
export const DAMAGES: readonly (readonly [string, string, Change])[] = [
  ['an entry is gone', 'entries', gone('e/')],
  [
    'the last entry is gone',
    'chains',
    async (rows) => {
      await rows.del((await keysOf(rows, 'e/')).at(-1) as string);
      return new Map();
    },
  ],
  ['an entry says something else', 'entries', altered('e/', flipped)],
  ['two entries are exchanged', 'chains', swapped('e/')],
  ['an entry is cut off', 'entries', altered('e/', (value) => value.subarray(0, 120))],
  ['an entry has lost its openings', 'entries', withoutOpenings],
  ['a place in a chain is gone', 'chains', gone('c/')],
  ['a place in a chain is another', 'chains', altered('c/', flipped)],
  ['a chain has a place too many', 'chains', added(keys.chainKey(nobody, 0), uint64(1))],
  ['a head is gone', 'chains', gone('h/')],
  ['a head is another', 'chains', altered('h/', flipped)],
  ['a head is no head', 'chains', altered('h/', (value) => value.subarray(0, 9))],
  [
    'a head is too many',
    'chains',
    async (rows) => {
      const head = await readValue(rows, await nth(rows, 'h/'));
      return new Map([[keys.headKey(nobody), head]]);
    },
  ],
  ['a leaf hash is gone', 'lookups', gone('l/')],
  ['a leaf hash leads elsewhere', 'lookups', altered('l/', flipped)],
  ['a leaf hash is too many', 'lookups', added(keys.leafHashKey(nobody), uint64(1))],
  ['the id of a record is gone', 'lookups', gone('n/')],
  ['the id of a record leads elsewhere', 'lookups', altered('n/', flipped)],
  ['the id of a record is too many', 'lookups', added(keys.recordKey('nobody'), uint64(1))],
  ['a digest is gone', 'lookups', gone('d/')],
  ['a digest leads elsewhere', 'lookups', altered('d/', flipped)],
  ['a digest is too many', 'lookups', added(keys.digestKey('ab'.repeat(32), 1), uint64(1))],
  ['an inquiry is gone', 'lookups', gone('u/')],
  ['an inquiry is of another patient', 'lookups', altered('u/', flipped)],
  ['an inquiry is too many', 'lookups', added(keys.inquiryKey(1), nobody)],
  ['a content is gone', 'lookups', gone('i/')],
  ['a content leads elsewhere', 'lookups', altered('i/', flipped)],
  ['a content is too many', 'lookups', added(keys.idempotencyKey(nobody), nobody)],
  ['a patient is gone', 'patients', gone('p/')],
  [
    'a patient is another',
    'patients',
    altered('p/', () => formatJsonRow({ system: 'urn:hospital-a', value: 'P9' })),
  ],
  ['two patients are exchanged', 'patients', swapped('p/')],
  [
    'two patients are exchanged in both tables',
    'patients',
    async (rows) => new Map([...(await swapped('p/')(rows)), ...(await exchangedLabels(rows))]),
  ],
  ['a label of a patient is gone', 'patients', gone('q/')],
  ['a label of a patient is another', 'patients', altered('q/', flipped)],
  ['the place of a file cannot be read', 'baselines', altered('f/', () => formatJsonRow({}))],
  [
    'the place of a file is of no record',
    'baselines',
    async (rows) => {
      const row = await readValue(rows, await nth(rows, 'f/'));
      return new Map([[keys.baselineKey(nobody), row]]);
    },
  ],
  ['an append is gone', 'tree', gone('a/')],
  [
    'an append is another',
    'tree',
    altered('a/', (value) => formatJsonRow({ ...parseJsonRow<object>(value), leaves: 99 })),
  ],
  ['an append is too many', 'tree', added(keys.appendKey(9999), formatJsonRow({}))],
  ['the place of an append is gone', 'tree', gone('b/')],
  ['the place of an append is another', 'tree', altered('b/', flipped)],
  ['a tile is gone', 'tree', gone('t/')],
  ['a tile is another', 'tree', altered('t/', flipped)],
  ['a tile is too short', 'tree', altered('t/', (value) => value.subarray(0, -32))],
  ['a tile is too many', 'tree', added(keys.tileKey(16, 0), nobody)],
  ['the marker is gone', 'tree', gone('marker')],
  [
    'the marker is another',
    'tree',
    altered('marker', (value) =>
      formatJsonRow({ ...parseJsonRow<object>(value), root: encodeHex(nobody) }),
    ),
  ],
  ['a page of the map is gone', 'map', gone('m/')],
  ['a page of the map is another', 'map', altered('m/', flipped)],
  ['a page of the map is too many', 'map', added(keys.pageKey('ab'), nobody)],
  [
    'the map covers something else',
    'map',
    altered(keys.FLUSHED_MAP_KEY, (value) =>
      formatJsonRow({ ...parseJsonRow<object>(value), mapRoot: encodeHex(nobody) }),
    ),
  ],
  [
    'what the map covers is gone',
    'map',
    async (rows) => {
      await rows.del(keys.FLUSHED_MAP_KEY);
      return new Map();
    },
  ],
  ['two attestations are exchanged', 'attestations', swapped('k/')],
  [
    'an attestation has another signature',
    'attestations',
    altered('k/', (value) => {
      const row = parseJsonRow<AttestationRow>(value);
      const attestation = row.attestation as { signature: string };
      const signature = Buffer.from(flipped(Buffer.from(attestation.signature, 'base64')));
      const other = { ...attestation, signature: signature.toString('base64') };
      return formatJsonRow({ ...row, attestation: other });
    }),
  ],
  [
    'an attestation is of no append',
    'attestations',
    async (rows) => {
      const row = await readValue(rows, await nth(rows, 'k/'));
      return new Map([[keys.attestationKey(2), row]]);
    },
  ],
];

/** The labels of the two patients whose rows come first, each for the other. */
async function exchangedLabels(rows: RawStore): Promise<Map<string, Uint8Array>> {
  const labels = (await keysOf(rows, 'p/')).slice(0, 2).map((key) => key.slice(2));
  const found = new Map<string, Uint8Array>();
  for (const key of await keysOf(rows, 'q/')) {
    const at = labels.indexOf((await readValue(rows, key)).toString('hex'));
    if (at >= 0) found.set(key, Buffer.from(labels[1 - at] as string, 'hex'));
  }
  return found;
}

/** The newest entry of a patient, with another outcome: all rows of the store agree with it. */
export async function forge(rows: RawStore): Promise<Map<string, Uint8Array>> {
  for (const key of (await keysOf(rows, 'h/')).reverse()) {
    const head = parseHead(await readValue(rows, key));
    const stored = parseStoredEntry(await readValue(rows, keys.entryKey(head.ordinal)));
    const entry = parseEntry(stored.entry);
    if (entry.act !== 'access') continue;
    const before = parseLeaf(stored.leaf);
    const openings = parseOpenings(stored.openings) ?? {};
    const forged = { ...entry, outcome: 'major' as const };
    const bytes = canonicalBytes(forged);
    const leaf = formatLeaf({ ...before, entry: sha256(bytes) });
    const hash = leafHash(leaf);
    const digests = idempotencyDigests(encodeHex(before.subject), bodyOfEntry(forged, openings));
    await rows.del(keys.leafHashKey(leafHash(stored.leaf)));
    const place = uint64(head.ordinal);
    return new Map([
      [keys.entryKey(head.ordinal), formatStoredEntry({ ...stored, leaf, entry: bytes })],
      [keys.leafHashKey(hash), place],
      [keys.idempotencyKey(digests.key), concat(digests.content, place)],
      [key, formatHead({ ...head, state: { ...head.state, head: hash } })],
    ]);
  }
  throw new Error('no patient in the sample');
}
