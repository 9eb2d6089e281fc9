// One entry of a patient's chain, in the words that people read: an access, a question, an answer.
import { decodeHex, encodeHex } from '../../chaincode/core/bytes.js';
import type { Entry } from '../../chaincode/core/entry.js';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { parseLeaf } from '../../chaincode/core/leaf.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { StoredLog } from '../store/store.js';
import { stateAfter } from './inquiries/thread.js';
import { type PatientEvent, patientEventOf } from './patient-events.js';

/** What stands open in an entry; of inquiries also what they came to. */
function factsOf(entry: Entry): JsonObject {
  if (entry.act !== 'access' && entry.act !== 'inquiry' && entry.act !== 'answer') return {};
  const { v: _v, log: _log, salt: _salt, by: _by, private: _private, ...facts } = entry;
  if (entry.act === 'access') return facts as unknown as JsonObject;
  return { ...(facts as unknown as JsonObject), state: stateAfter(entry) };
}

/** @param withheld private members that are not shown */
export function eventView(
  { sequence, leafHash, entry, opened }: PatientEvent,
  withheld: readonly string[],
): JsonObject {
  const { act, at } = entry;
  const shown = Object.entries(opened).filter(([member]) => !withheld.includes(member));
  return {
    ...{ sequence, leafHash, act, at },
    ...factsOf(entry),
    ...(Object.fromEntries(shown) as Record<string, JsonValue>),
  };
}

/** The entry of a chain with this leaf hash, both hex; undefined when there is none. */
export function findEventView(
  store: StoredLog,
  labelHex: string,
  hash: string,
  withheld: readonly string[],
): JsonObject | undefined {
  const ordinal = store.findByLeafHash(decodeHex(hash, 'leaf hash', HASH_BYTES));
  if (ordinal === undefined) return undefined;
  const stored = store.readEntry(ordinal);
  if (encodeHex(parseLeaf(stored.leaf).subject) !== labelHex) return undefined;
  return eventView(patientEventOf(stored), withheld);
}
