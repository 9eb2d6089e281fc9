// The trust file of the embedded ledger: one organisation, its authority and its log.
import { X509Certificate } from 'node:crypto';
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { formatTrustFile, TRUST_FORMAT } from '../evidence/trust.js';
import type { LogContext } from './log-context.js';

/** Canonical bytes. @param roots PEM of the organisation's authorities */
export function exportTrust(
  context: LogContext,
  channel: string,
  roots: readonly string[],
): Uint8Array {
  const { logId, registration } = context;
  const { origin, mspId } = registration;
  return formatTrustFile({
    format: TRUST_FORMAT,
    channel,
    ordering: 'embedded',
    contract: [],
    organisations: [
      {
        mspId,
        roots: roots.map((pem) => encodeBase64(new X509Certificate(pem).raw)),
        intermediates: [],
        revoked: [],
      },
    ],
    policy: { k: 1, required: [mspId], tolerated: 0 },
    logs: [{ origin, logId, registration }],
  });
}
