// A record as people and programs read it, with where to find more of it.
import { RECORD_MEMBERS } from '../../chaincode/core/entry-shapes.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { hex, integer, object, oneOf, text, time } from '../../chaincode/core/shape.js';
import { ENTRY_STATES, stateOf } from '../services/entry-state.js';
import type { Hospital } from '../services/hospital.js';
import type { RecordVersion } from '../services/record-reading.js';

const link = text({ min: 1, max: 16_384 });

export const VERSION_MEMBERS = {
  ...RECORD_MEMBERS,
  version: integer({ min: 1 }),
  'name?': text({ min: 1, max: 4096 }),
  at: time(),
  state: oneOf(ENTRY_STATES),
  leafHash: hex(HASH_BYTES),
} as const;

export const VERSION_SHAPE = object(VERSION_MEMBERS);

export const RECORD_SHAPE = object({
  ...VERSION_MEMBERS,
  versions: integer({ min: 1 }),
  links: object({ self: link, versions: link, receipt: link, history: link }),
});

export function versionView(hospital: Hospital, found: RecordVersion): JsonObject {
  const { entry, name, ordinal, leafHash } = found;
  return {
    ...(entry.record as unknown as JsonObject),
    ...(name === undefined ? {} : { name }),
    at: entry.at,
    state: stateOf(hospital.sequencer, ordinal),
    leafHash,
  };
}

export function recordView(hospital: Hospital, found: RecordVersion, versions: number): JsonObject {
  const { id, version } = found.entry.record;
  const self = `/v1/records/${encodeURIComponent(id)}`;
  const links = {
    self,
    versions: `${self}/versions`,
    receipt: `${self}/receipt?version=${version}`,
    history: `${self}/history`,
  };
  return { ...versionView(hospital, found), versions, links };
}
