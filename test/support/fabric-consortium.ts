// Three organisations of a channel, with certificates and keys that are the same in every run.
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import type { Organisation } from '../../gateway/evidence/trust.js';
import {
  authority,
  type CertificateOptions,
  endEntity,
  makeCertificate,
  makeName,
  type P256Key,
  p256Key,
} from './certificate-maker.js';

export interface Issuer {
  readonly subject: Uint8Array;
  readonly key: P256Key;
  readonly certificate: Uint8Array;
}

export interface Identity {
  readonly mspId: string;
  readonly key: P256Key;
  readonly certificate: Uint8Array;
}

export interface Member {
  readonly mspId: string;
  readonly root: Issuer;
  readonly intermediate?: Issuer;
  readonly peer: Identity;
}

export const OWNER = 'HospitalAMSP';
export const NEIGHBOUR_HOSPITAL = 'HospitalBMSP';
export const AUDITOR = 'AuditorMSP';

type Changes = Partial<CertificateOptions>;

export function makeRoot(name: string, changes: Changes = {}): Issuer {
  const subject = makeName({ organisation: name, commonName: `ca.${name}` });
  const key = p256Key(`root ${name}`);
  const options = { subject, key, issuer: { subject, key }, extensions: authority(), ...changes };
  return { subject: options.subject, key: options.key, certificate: makeCertificate(options) };
}

export function makeIntermediate(name: string, above: Issuer, changes: Changes = {}): Issuer {
  const subject = makeName({ organisation: name, commonName: `ica.${name}` });
  const key = p256Key(`intermediate ${name}`);
  const options = { subject, key, issuer: above, extensions: authority(), ...changes };
  return { subject: options.subject, key: options.key, certificate: makeCertificate(options) };
}

export function makePeer(
  mspId: string,
  above: Issuer,
  changes: Changes & { readonly units?: readonly string[] } = {},
): Identity {
  const { units = ['peer'], ...others } = changes;
  const subject = makeName({ organisation: mspId, commonName: `peer0.${mspId}`, units });
  const key = p256Key(`peer ${mspId}`);
  const options = { subject, key, issuer: above, extensions: endEntity(), ...others };
  return { mspId, key: options.key, certificate: makeCertificate(options) };
}

export function makeMember(mspId: string, withIntermediate = false): Member {
  const root = makeRoot(mspId);
  if (!withIntermediate) return { mspId, root, peer: makePeer(mspId, root) };
  const intermediate = makeIntermediate(mspId, root);
  return { mspId, root, intermediate, peer: makePeer(mspId, intermediate) };
}

/** Ascending by MSP id; the auditor's peer is certified through an intermediate. */
export const MEMBERS: readonly Member[] = [
  makeMember(AUDITOR, true),
  makeMember(OWNER),
  makeMember(NEIGHBOUR_HOSPITAL),
];

export const PEERS: readonly Identity[] = MEMBERS.map(({ peer }) => peer);

/** The member as the trust file has it. */
export function organisationOf({ mspId, root, intermediate }: Member): Organisation {
  return {
    mspId,
    roots: [encodeBase64(root.certificate)],
    intermediates: intermediate === undefined ? [] : [encodeBase64(intermediate.certificate)],
    revoked: [],
  };
}
