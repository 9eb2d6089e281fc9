// Entries for vectors: of a fixity run, changed ones whether or not they are entries then, and ones
// with whatever stands behind a commitment.
import { decodeBase64, encodeBase64 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { commitMember } from '../../chaincode/core/private-members.js';
import type { MadeEntry } from '../../test/support/evidence-entries.js';
import { text } from './rules.js';

/** Last append of the logs that are made for this, and the time in their entries. */
export const ENDORSED = '2026-11-04T09:00:00.000Z';
export const AT = '2026-11-04T08:59:59.000Z';

export const fixityMembers = (origin: string) => ({
  v: 1,
  log: origin,
  act: 'fixity',
  salt: encodeBase64(new Uint8Array(32).fill(5)),
  at: AT,
  by: { id: 'operator-1', mspId: 'HospitalAMSP' },
  scope: { coverage: 'all', records: 8, size: 8 },
  counts: { altered: 1, missing: 1, notChecked: 1, unchanged: 4, unreadable: 1 },
  startedAt: '2026-11-04T08:00:00.000Z',
  endedAt: '2026-11-04T08:30:00.000Z',
  tool: 'chartseal 0.1.0',
  report: '22'.repeat(32),
});

/** The entry with members replaced, whether or not it is one then. */
export function changed(entry: MadeEntry, changes: object): MadeEntry {
  return { ...entry, bytes: canonicalBytes({ ...JSON.parse(text(entry.bytes)), ...changes }) };
}

/** The entry with these values committed to and shown, whatever they are. */
export function committed(
  entry: MadeEntry,
  values: Readonly<Record<string, JsonValue>>,
): MadeEntry {
  const salt = encodeBase64(new Uint8Array(16).fill(3));
  const commitments = Object.entries(values).map(([member, value]) => {
    return [member, encodeBase64(commitMember(decodeBase64(salt, 'salt'), value))];
  });
  const openings = Object.entries(values).map(([member, value]) => [member, { salt, value }]);
  return {
    ...changed(entry, { private: Object.fromEntries(commitments) }),
    openings: Object.fromEntries(openings),
  };
}
