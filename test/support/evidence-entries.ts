// Entries with their openings for tests of evidence, the same in every run.
import { decodeBase64, encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { type Entry, formatEntry } from '../../chaincode/core/entry.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { commitMember, type Opening } from '../../chaincode/core/private-members.js';
import type { Openings } from '../../gateway/evidence/receipt.js';

/** An entry ready to be put under a leaf. */
export interface MadeEntry {
  readonly bytes: Uint8Array;
  readonly openings: Openings;
}

export interface EntryOptions {
  readonly origin: string;
  readonly at: string;
  /** Tells the salts of one entry from those of another. */
  readonly seed: string;
}

function salt(seed: string, bytes: number): string {
  return encodeBase64(sha256(utf8(`salt of ${seed}`)).subarray(0, bytes));
}

function common({ origin, at, seed }: EntryOptions) {
  return {
    v: 1,
    log: origin,
    salt: salt(seed, 32),
    at,
    by: { id: 'operator-1', mspId: 'HospitalAMSP' },
  } as const;
}

function close(seed: string, values: Readonly<Record<string, JsonValue>>) {
  const openings: Record<string, Opening> = {};
  const commitments: Record<string, string> = {};
  for (const [member, value] of Object.entries(values)) {
    const opening = { salt: salt(`${member} of ${seed}`, 16), value };
    openings[member] = opening;
    commitments[member] = encodeBase64(commitMember(decodeBase64(opening.salt, 'salt'), value));
  }
  return { openings, commitments };
}

export function accessEntry(
  options: EntryOptions,
  changes: { breakGlass?: boolean; justification?: string } = {},
): MadeEntry {
  const { breakGlass = false, justification } = changes;
  const why: Record<string, JsonValue> = justification === undefined ? {} : { justification };
  const values = { actor: { id: 'dr-1', name: '张医师' }, ...why };
  const { openings, commitments } = close(options.seed, values);
  const entry = {
    ...common(options),
    act: 'access',
    occurredAt: options.at,
    action: 'R',
    outcome: 'success',
    role: 'physician',
    organisation: 'hospital-a',
    unit: 'ward 3',
    purpose: breakGlass ? 'BTG' : 'TREAT',
    breakGlass,
    records: [],
    category: 'inpatient',
    source: { system: 'emr', requestId: options.seed },
    private: commitments,
  } as unknown as Entry;
  return { bytes: formatEntry(entry), openings };
}

export function documentDigest(content: string): string {
  return encodeHex(sha256(utf8(content)));
}

export function recordEntry(
  options: EntryOptions,
  record: { id: string; version: number; content: string },
): MadeEntry {
  const { id, version, content } = record;
  const { openings, commitments } = close(options.seed, { name: `${id}.txt` });
  const entry = {
    ...common(options),
    act: version === 1 ? 'archive' : 'amend',
    record: {
      id,
      version,
      digests: { 'sha-256': documentDigest(content) },
      size: utf8(content).length,
      mediaType: 'text/plain',
      category: 'inpatient',
    },
    private: commitments,
  } as unknown as Entry;
  return { bytes: formatEntry(entry), openings };
}
