// Whether the keys of a data folder are those that its log was registered with.
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { Registration } from '../../chaincode/core/registration.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import type { LogSecrets } from '../services/log-context.js';

/**
 * Throws KEY_UNREADABLE: other keys would give labels and signatures that nobody can verify, and
 * an event under a wrong label can never be taken back.
 */
export function checkKeysOfLog(secrets: LogSecrets, registration: Registration): void {
  const isOwn =
    encodeBase64(secrets.notePublicKey) === registration.noteKey &&
    encodeBase64(vrfPublicKey(secrets.vrfKey)) === registration.vrfKey &&
    encodeHex(sha256(secrets.recordKey)) === registration.recordKeyDigest;
  if (!isOwn) throw new ChartsealError('KEY_UNREADABLE', 'the keys are not those of this log');
}
