// The trust file of this hospital, read once for many verifications.
import { equalBytes } from '../../chaincode/core/bytes.js';
import { VerifierCache } from '../evidence/checkpoint-check.js';
import { parseTrustFile, type Trust } from '../evidence/trust.js';
import type { Hospital } from '../services/hospital.js';

export interface OwnTrust {
  readonly trust: Trust;
  readonly cache: VerifierCache;
}

const known = new WeakMap<Hospital, OwnTrust & { readonly bytes: Uint8Array }>();

export function ownTrust(hospital: Hospital): OwnTrust {
  const bytes = hospital.trustFile();
  const before = known.get(hospital);
  if (before !== undefined && equalBytes(before.bytes, bytes)) return before;
  const now = { bytes, trust: parseTrustFile(bytes), cache: new VerifierCache() };
  known.set(hospital, now);
  return now;
}
