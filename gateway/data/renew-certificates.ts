// Certificates of a data folder's identities, issued anew for the keys that they have: logs of
// earlier versions have some that end.
import { X509Certificate } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { formatTime } from '../../chaincode/core/time.js';
import { Membership } from '../ledger/embedded/membership.js';
import { type CertificateWithKey, renewCertificate } from '../pki/issue.js';
import { cleanUp, type OnLeft } from '../services/clean-up.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { type DataConfig, readConfig } from './config.js';
import { certificatesIn, KEY_FILES, readAuthority, readCertificates, readKeys } from './keys.js';
import { dataLayout } from './layout.js';
import { requireOwner } from './owner.js';
import { syncPlaced } from './place.js';
import { keyStaging, removeDeadStaging, removeStaging, stagingName } from './staging.js';

export interface RenewedCertificate {
  /** Name of the file below DATA/keys. */
  readonly file: string;
  readonly role: 'admin' | 'writer';
  /** Times of RFC 3339: when it ended or was to end, and when it ends now. */
  readonly endedAt: string;
  readonly endsAt: string;
}

/** Nobody knows yet which organisation keys without a log are of, and it does not matter here. */
const ANY_MSP = 'own';

async function findLedger(path: string): Promise<DataConfig['ledger'] | undefined> {
  try {
    return (await readConfig(path)).ledger;
  } catch (error) {
    // Keys alone, for a log that is about to be imported.
    if (error instanceof ChartsealError && error.code === 'NO_DATA') return undefined;
    throw error;
  }
}

/** Whole under its name, or not at all. */
async function putCertificate(
  folder: string,
  file: string,
  pem: string,
  onLeft: OnLeft,
): Promise<void> {
  const staging = join(folder, stagingName(keyStaging(file)));
  try {
    await removeDeadStaging(folder, keyStaging(file), 'file');
    try {
      await writeFile(staging, pem, { mode: 0o600, flag: 'wx', flush: true });
      await rename(staging, join(folder, file));
    } finally {
      await cleanUp(() => removeStaging(staging), onLeft);
    }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const text = `${file} cannot be written: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

const endOf = (pem: string) => Date.parse(new X509Certificate(pem).validTo);

/** What the ledger is going to accept. */
async function renewed(
  authority: CertificateWithKey,
  role: RenewedCertificate['role'],
  pem: string,
): Promise<string> {
  const next = await renewCertificate(authority, { commonName: role, role }, pem);
  const membership = new Membership([{ mspId: ANY_MSP, roots: [authority.certificatePem] }]);
  membership.identify(ANY_MSP, next, Date.now());
  return next;
}

interface RenewalTold {
  /** Each at once: what is renewed stays so, whatever becomes of the next. */
  readonly onRenewed: (renewed: RenewedCertificate) => void;
  readonly onLeft: OnLeft;
}

/**
 * Puts before those that end others without an end; keys and authority stay, and with them what
 * the log says. Throws NOT_SUPPORTED for a log on a channel, KEY_EXPOSED, KEY_UNREADABLE where the
 * authority's key is not here, OTHER_OWNER, FILE_UNWRITABLE.
 * @param folder DATA
 */
export async function renewCertificates(
  folder: string,
  { onRenewed, onLeft }: RenewalTold,
): Promise<void> {
  const layout = dataLayout(folder);
  if ((await findLedger(layout.config)) === 'fabric') {
    const text = 'identities of a channel are renewed with: chartseal identity renew';
    throw new ChartsealError('NOT_SUPPORTED', text);
  }
  await requireOwner(layout.keys, 'the folder of the keys');
  // That they are here, for nobody else, and can be read.
  await readKeys(layout.keys);
  const authority = readAuthority(layout.keys);
  for (const role of ['admin', 'writer'] as const) {
    const name = `${role}Certificate` as const;
    const file = KEY_FILES[name];
    const text = readCertificates(layout.keys, name);
    const [pem] = certificatesIn(text);
    const next = await renewed(authority, role, pem);
    const [before, after] = [endOf(pem), endOf(next)];
    if (before >= after) continue;
    await putCertificate(layout.keys, file, next + text, onLeft);
    onRenewed({ file, role, endedAt: formatTime(before), endsAt: formatTime(after) });
    await syncPlaced(layout.keys);
  }
}
