// Whether keys and configuration of a data folder are those of its log.

import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { ROLE_ATTRIBUTE } from '../../chaincode/core/identity-roles.js';
import type { Registration } from '../../chaincode/core/registration.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import { Membership } from '../ledger/embedded/membership.js';
import type { LogSecrets } from '../services/log-context.js';

const WRITER = 'keys/writer-certificate.pem';

/** KEY_UNREADABLE of keys that can be read, and are those of another log. */
export class ForeignKeys extends ChartsealError {
  constructor() {
    super('KEY_UNREADABLE', 'the keys are not those of this log');
  }
}

/** Whether a log was registered with these keys. */
export function areKeysOfLog(secrets: LogSecrets, registration: Registration): boolean {
  return (
    encodeBase64(secrets.notePublicKey) === registration.noteKey &&
    encodeBase64(vrfPublicKey(secrets.vrfKey)) === registration.vrfKey &&
    encodeHex(sha256(secrets.recordKey)) === registration.recordKeyDigest
  );
}

/**
 * Throws {@link ForeignKeys}: other keys would give labels and signatures that nobody can verify,
 * and an event under a wrong label can never be taken back.
 */
export function checkKeysOfLog(secrets: LogSecrets, registration: Registration): void {
  if (!areKeysOfLog(secrets, registration)) throw new ForeignKeys();
}

/** Throws BAD_INPUT: every entry would say for ever that another organisation submitted it. */
export function checkConfigOfLog(mspId: string, registration: Registration): void {
  if (mspId === registration.mspId) return;
  const text = `config.json: mspId: its log is one of ${registration.mspId}, not of ${mspId}`;
  throw new ChartsealError('BAD_INPUT', text);
}

function identified(membership: Membership, mspId: string, certificatePem: string) {
  try {
    return membership.identify(mspId, certificatePem, Date.now());
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw new ChartsealError(cause.code, `${WRITER}: ${cause.message}`, { cause });
  }
}

/**
 * Throws IDENTITY_REFUSED, also for a certificate that the contract lets write nothing: before
 * anything is accepted that could not be committed.
 */
export function checkWriter(mspId: string, caCertificate: string, certificatePem: string): void {
  const membership = new Membership([{ mspId, roots: [caCertificate] }]);
  const identity = identified(membership, mspId, certificatePem);
  const role = identity.getAttributeValue(ROLE_ATTRIBUTE);
  if (role === 'writer') return;
  const text = `${WRITER} has ${role === null ? 'no role' : `the role ${role}`}`;
  throw new ChartsealError('IDENTITY_REFUSED', text);
}
