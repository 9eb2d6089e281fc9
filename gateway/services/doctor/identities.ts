// The identities of a connection profile: there, for their owner alone, in date, with their role.
import {
  IDENTITY_ROLES,
  type IdentityRole,
  ROLE_ATTRIBUTE,
} from '../../../chaincode/core/identity-roles.js';
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { formatTime } from '../../../chaincode/core/time.js';
import {
  type FabricProfile,
  type IdentityMaterial,
  readIdentity,
} from '../../ledger/fabric/profile.js';
import { ATTRIBUTES_OID } from '../../pki/attributes.js';
import { type Finding, fault, findingOf, ok, quoted, warning } from './finding.js';

const WARNING_MS = 30 * 86_400_000;

/** The role that the contract will see. */
function roleOf(pem: string): string | undefined {
  const certificate = new x509.X509Certificate(pem);
  const value = certificate.getExtension(ATTRIBUTES_OID)?.value;
  if (value === undefined) return undefined;
  const { attrs } = JSON.parse(Buffer.from(value).toString()) as {
    attrs?: Record<string, string>;
  };
  return attrs?.[ROLE_ATTRIBUTE];
}

function findCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // Cut, or another file in its place: either way it is told so.
    return undefined;
  }
}

function judge(
  check: string,
  role: IdentityRole,
  { certificatePem }: IdentityMaterial,
  profile: FabricProfile,
  now: number,
): Finding {
  const certificate = findCertificate(certificatePem);
  if (certificate === undefined) {
    const next = `put it back from a copy, or have it enrolled anew; on a network of this machine: chartseal network up`;
    return fault(check, 'Its certificate cannot be read.', next);
  }
  const until = Date.parse(certificate.validTo);
  const renew = `chartseal identity renew --profile ${quoted(profile.path)}`;
  if (now > until) {
    const sentence = `Its certificate ended at ${formatTime(until)}. Nothing is sent with it.`;
    return fault(check, sentence, renew);
  }
  const from = Date.parse(certificate.validFrom);
  if (now < from) {
    const sentence = `Its certificate begins at ${formatTime(from)} only.`;
    return fault(check, sentence, 'look at the clock of this machine: date -u');
  }
  const found = roleOf(certificatePem);
  if (found !== role) {
    const sentence = `Its certificate has ${found === undefined ? 'no role' : `the role ${found}`}: the contract refuses it as ${role}.`;
    return fault(check, sentence, `have it enrolled with the attribute ${ROLE_ATTRIBUTE}=${role}`);
  }
  const sentence = `In date until ${formatTime(until)}, with the role ${role}.`;
  return until - now < WARNING_MS ? warning(check, sentence, renew) : ok(check, sentence);
}

/** Also those that the daily work does not need. */
export async function checkIdentities(
  profile: FabricProfile,
  folder: string,
  now: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const role of IDENTITY_ROLES) {
    if (profile.identities[role] === undefined) continue;
    const check = `identity ${role}`;
    try {
      findings.push(judge(check, role, await readIdentity(profile, role), profile, now));
    } catch (error) {
      findings.push(findingOf(check, error, folder));
    }
  }
  return findings;
}
