// An identity as two files, certificate and key, replaced together: after a crash between the two
// the next look finishes what was begun, so that no certificate stays beside another's key.
import { readFile, rename, rm } from 'node:fs/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import type { CaClient, Registration } from './ca-client.js';
import {
  type CertificateWithKey,
  certificateFacts,
  isKeyOf,
  newCertificateRequest,
} from './ca-keys.js';
import { writeWhole } from './files.js';

export const DAY_MS = 86_400_000;
/** Certificates are renewed when they have no more days than this left. */
export const RENEW_WITHIN_DAYS = 30;

/** Paths of PEM files. */
export interface IdentityFiles {
  readonly certificate: string;
  readonly key: string;
}

const nextOf = (path: string) => `${path}.next`;

async function findText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ChartsealError('FILE_UNREADABLE', `cannot read ${path}`, { cause });
  }
}

/** Finishes or takes back what a killed {@link writeIdentity} left. */
async function settle({ certificate, key }: IdentityFiles): Promise<void> {
  const next = await findText(nextOf(certificate));
  const nextKey = await findText(nextOf(key));
  if (next !== undefined) {
    const current = nextKey ?? (await findText(key));
    if (current !== undefined && isKeyOf(current, next)) {
      if (nextKey !== undefined) await rename(nextOf(key), key);
      await rename(nextOf(certificate), certificate);
      return;
    }
  }
  await rm(nextOf(certificate), { force: true });
  await rm(nextOf(key), { force: true });
}

/** Replaces both files; mode 0600. Throws FILE_UNWRITABLE. */
export async function writeIdentity(
  files: IdentityFiles,
  { certificatePem, keyPem }: CertificateWithKey,
): Promise<void> {
  await writeWhole(nextOf(files.key), keyPem);
  await writeWhole(nextOf(files.certificate), certificatePem);
  await settle(files);
}

/** undefined when it was not enrolled yet; BAD_FORMAT when the two do not belong together. */
export async function findIdentity(files: IdentityFiles): Promise<CertificateWithKey | undefined> {
  await settle(files);
  const certificatePem = await findText(files.certificate);
  const keyPem = await findText(files.key);
  if (certificatePem === undefined || keyPem === undefined) return undefined;
  let fits: boolean;
  try {
    fits = isKeyOf(keyPem, certificatePem);
  } catch (cause) {
    throw new ChartsealError('BAD_FORMAT', `no identity in ${files.certificate}`, { cause });
  }
  if (!fits) {
    throw new ChartsealError('BAD_FORMAT', `${files.key} is not the key of ${files.certificate}`);
  }
  return { certificatePem, keyPem };
}

/** As {@link findIdentity}; FILE_MISSING when it is not there. */
export async function readIdentity(files: IdentityFiles): Promise<CertificateWithKey> {
  const found = await findIdentity(files);
  if (found !== undefined) return found;
  throw new ChartsealError('FILE_MISSING', `no identity lies in ${files.certificate}`);
}

/** Registers a client by the right of `registrar`, and enrols it with a new key. */
export async function enrolIdentity(
  client: CaClient,
  registrar: CertificateWithKey,
  registration: Registration,
): Promise<CertificateWithKey> {
  const secret = await client.register(registrar, registration);
  const { requestPem, keyPem } = await newCertificateRequest(registration.id);
  return { certificatePem: await client.enrol(registration.id, secret, requestPem), keyPem };
}

export interface Renewal {
  readonly isRenewed: boolean;
  /** ms since 1970; of the certificate that lies there now. */
  readonly notAfterAt: number;
  /** From when on it would be renewed. */
  readonly renewFromAt: number;
}

export interface RenewalOptions {
  /** Renew when it has no more than these left. */
  readonly withinDays: number;
  /** ms since 1970. */
  readonly now: number;
}

export function needsRenewal(certificatePem: string, { withinDays, now }: RenewalOptions): boolean {
  return certificateFacts(certificatePem).notAfterAt - withinDays * DAY_MS <= now;
}

/**
 * A new certificate with a new key for an identity that is in date, when it is time for it.
 * Throws CA_REFUSED when the authority does not renew it (expired, revoked), CA_UNAVAILABLE.
 */
export async function renewIdentity(
  client: CaClient,
  files: IdentityFiles,
  options: RenewalOptions,
): Promise<Renewal> {
  const old = await readIdentity(files);
  const isRenewed = needsRenewal(old.certificatePem, options);
  if (isRenewed) {
    const { commonName } = certificateFacts(old.certificatePem);
    const { requestPem, keyPem } = await newCertificateRequest(commonName);
    await writeIdentity(files, { certificatePem: await client.renew(old, requestPem), keyPem });
  }
  const { notAfterAt } = certificateFacts((await readIdentity(files)).certificatePem);
  return { isRenewed, notAfterAt, renewFromAt: notAfterAt - options.withinDays * DAY_MS };
}
