// Identities on a live network beyond those it is made with, and ledgers opened as them.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IdentityRole, ROLE_ATTRIBUTE } from '../../chaincode/core/identity-roles.js';
import { type FabricLedger, openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { type CertificateWithKey, issueCertificate } from '../../gateway/pki/issue.js';
import { caClient, enrolRegistrar } from '../../network/ca-enrol.js';
import { enrolIdentity } from '../../network/ca-identity.js';
import { authorityFiles } from '../../network/paths.js';
import type { Organisation } from '../../network/state.js';
import type { LiveNetwork, OrganisationName } from './live-network.js';

/** Certificate and key of the organisation's authority itself. */
export function authorityOf(
  { state }: LiveNetwork,
  organisation: Organisation,
): CertificateWithKey {
  const { certificate, key } = authorityFiles(state, organisation);
  return { certificatePem: readFileSync(certificate, 'utf8'), keyPem: readFileSync(key, 'utf8') };
}

/** Enrolled with the certificate authority under a name of its own; without a role it has none. */
export async function enrolExtra(
  live: LiveNetwork,
  name: OrganisationName,
  role?: IdentityRole,
): Promise<CertificateWithKey> {
  const organisation = live.organisation(name);
  const client = await caClient(live.state, organisation);
  const registrar = await enrolRegistrar(live.state, organisation, client);
  const attributes =
    role === undefined ? [] : [{ name: ROLE_ATTRIBUTE, value: role, inCertificate: true }];
  return enrolIdentity(client, registrar, { id: `extra-${randomUUID()}`, attributes });
}

/** Signed by the organisation's authority for so many days from a time on. */
export function issueExtra(
  live: LiveNetwork,
  name: OrganisationName,
  role: IdentityRole,
  days: number,
  notBeforeAt?: number,
): Promise<CertificateWithKey> {
  return issueCertificate(authorityOf(live, live.organisation(name)), {
    commonName: `extra-${randomUUID()}`,
    role,
    days,
    ...(notBeforeAt === undefined ? {} : { notBeforeAt }),
  });
}

/** Puts them into files of their own below `folder`. */
export function identityFilesOf(folder: string, { certificatePem, keyPem }: CertificateWithKey) {
  const place = join(folder, randomUUID());
  mkdirSync(place, { recursive: true });
  const files = { certificate: join(place, 'certificate.pem'), key: join(place, 'key.pem') };
  writeFileSync(files.certificate, certificatePem, { mode: 0o600 });
  writeFileSync(files.key, keyPem, { mode: 0o600 });
  return files;
}

/** The organisation's ledger, called as somebody whom its profile does not name. */
export async function openAs(
  live: LiveNetwork,
  name: OrganisationName,
  identity: CertificateWithKey,
  folder: string,
): Promise<FabricLedger> {
  const profile = await readFabricProfile(live.profile(name));
  const identities = { writer: identityFilesOf(folder, identity) };
  return openFabricLedger({ ...profile, identities }, 'writer');
}

export async function openLive(
  live: LiveNetwork,
  name: OrganisationName,
  role: IdentityRole,
): Promise<FabricLedger> {
  return openFabricLedger(await readFabricProfile(live.profile(name)), role);
}
