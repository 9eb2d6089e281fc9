// The identities of a network: per organisation an administrator, a writer and a reader, enrolled
// with the organisation's own certificate authority. Administrators may enrol and revoke clients.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import {
  IDENTITY_ROLES,
  type IdentityRole,
  ROLE_ATTRIBUTE,
} from '../chaincode/core/identity-roles.js';
import { CaClient, type Registration } from './ca-client.js';
import {
  enrolIdentity,
  findIdentity,
  type IdentityFiles,
  needsRenewal,
  RENEW_WITHIN_DAYS,
  writeIdentity,
} from './ca-identity.js';
import { type CertificateWithKey, newCertificateRequest } from './ca-keys.js';
import { writeWhole } from './files.js';
import { caProcess, materialFolder, processFolder, tlsRootFile } from './paths.js';
import type { Progress } from './programs.js';
import type { NetworkState, Organisation } from './state.js';

const REGISTRAR = 'registrar';
const SECRET_BYTES = 24;

/** Rights of an administrator at the authority; known there, not told by the certificate. */
const ADMINISTRATOR_RIGHTS: Readonly<Record<string, string>> = {
  'hf.Registrar.Roles': 'client',
  'hf.Registrar.Attributes': ROLE_ATTRIBUTE,
  'hf.Revoker': 'true',
  'hf.GenCRL': 'true',
};

/** Name of an organisation's certificate authority within its server. */
export const caName = ({ name }: Organisation): string => `ca-${name}`;

export function caUrl({ ports }: Organisation): string {
  return `https://localhost:${ports.ca}`;
}

/** Where the files of an identity lie. */
export function identityFiles(
  state: NetworkState,
  { name }: Organisation,
  role: IdentityRole,
): IdentityFiles {
  const folder = join(materialFolder(state), name, 'identities', role);
  return { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
}

/** Name and secret of the authority's first identity, made at the first call and kept. */
export async function registrarOf(
  state: NetworkState,
  organisation: Organisation,
): Promise<{ readonly id: string; readonly secret: string }> {
  const file = join(processFolder(state, caProcess(organisation)), 'registrar');
  try {
    return { id: REGISTRAR, secret: await readFile(file, 'utf8') };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ChartsealError('FILE_UNREADABLE', `cannot read ${file}`, { cause });
    }
  }
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await writeWhole(file, secret);
  return { id: REGISTRAR, secret };
}

export async function caClient(state: NetworkState, organisation: Organisation): Promise<CaClient> {
  const tlsRootsPem = await readFile(tlsRootFile(state, organisation), 'utf8');
  return new CaClient({ url: caUrl(organisation), name: caName(organisation), tlsRootsPem });
}

/** As the authority knows it. */
function registrationOf({ name }: Pick<Organisation, 'name'>, role: IdentityRole): Registration {
  const rights = role === 'admin' ? Object.entries(ADMINISTRATOR_RIGHTS) : [];
  return {
    id: `${name}-${role}`,
    attributes: [
      { name: ROLE_ATTRIBUTE, value: role, inCertificate: true },
      ...rights.map(([right, value]) => ({ name: right, value, inCertificate: false })),
    ],
  };
}

/** The authority's first identity, enrolled anew; its key is in memory only. */
export async function enrolRegistrar(
  state: NetworkState,
  organisation: Organisation,
  client: CaClient,
): Promise<CertificateWithKey> {
  const { id, secret } = await registrarOf(state, organisation);
  const { requestPem, keyPem } = await newCertificateRequest(id);
  return { certificatePem: await client.enrol(id, secret, requestPem), keyPem };
}

/** undefined also for what is damaged: here it can be had anew. */
async function findWhole(files: IdentityFiles): Promise<CertificateWithKey | undefined> {
  try {
    return await findIdentity(files);
  } catch (error) {
    if (error instanceof ChartsealError && error.code === 'BAD_FORMAT') return undefined;
    throw error;
  }
}

async function rolesToEnrol(
  state: NetworkState,
  organisation: Organisation,
): Promise<IdentityRole[]> {
  const renewal = { withinDays: RENEW_WITHIN_DAYS, now: Date.now() };
  const wanted: IdentityRole[] = [];
  for (const role of IDENTITY_ROLES) {
    const found = await findWhole(identityFiles(state, organisation, role));
    if (found === undefined || needsRenewal(found.certificatePem, renewal)) wanted.push(role);
  }
  return wanted;
}

async function enrolOrganisation(
  state: NetworkState,
  organisation: Organisation,
  progress: Progress,
): Promise<void> {
  const roles = await rolesToEnrol(state, organisation);
  if (roles.length === 0) return;
  const client = await caClient(state, organisation);
  const registrar = await enrolRegistrar(state, organisation, client);
  for (const role of roles) {
    const identity = await enrolIdentity(client, registrar, registrationOf(organisation, role));
    await writeIdentity(identityFiles(state, organisation, role), identity);
  }
  progress(`identities of ${organisation.name} enrolled: ${roles.join(', ')}`);
}

/**
 * Enrols what is missing or about to expire; the rest stays as it is. The certificate authorities
 * must be up. Throws CA_UNAVAILABLE, CA_REFUSED.
 */
export async function enrolIdentities(state: NetworkState, progress: Progress): Promise<void> {
  await Promise.all(state.organisations.map((one) => enrolOrganisation(state, one, progress)));
}
