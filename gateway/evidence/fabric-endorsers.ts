// Who endorsed: each identity up to a root of its organisation, and its signature.
import { compareBytes, concat, decodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { verifyP256 } from '../../chaincode/core/platform/node.js';
import { formatTime } from '../../chaincode/core/time.js';
import { pathWindows, peerFault, type Window } from './certificate-path.js';
import { type Certificate, derOfPem, parseCertificate } from './certificates.js';
import { isLowS, parseEcdsaSignature } from './der.js';
import type { FabricAttestation, FabricEndorsement } from './fabric-endorsement.js';
import { SERIALIZED_IDENTITY } from './fabric-messages.js';
import { readMessage } from './protobuf.js';
import { attempt, type Finding, failed } from './steps.js';
import type { Trust } from './trust.js';

/** An identity that leads to a root of its organisation. */
export interface Endorser {
  readonly mspId: string;
  readonly certificate: Certificate;
  /** When it does; see {@link pathWindows}. */
  readonly windows: readonly Window[];
}

type Known = { readonly value: Endorser } | { readonly fault: Finding };

/** A page of receipts has few endorsers, and their certificates cost most of a verification. */
const MAX_KNOWN = 1024;
const MAX_KNOWN_BYTES = 16 * 1024;
const knownTo = new WeakMap<Trust, Map<string, Known>>();

function readIdentity(endorser: string): Omit<Endorser, 'windows'> {
  const { mspId, certificate } = readMessage(
    decodeBase64(endorser, 'the endorser'),
    SERIALIZED_IDENTITY,
    'the identity',
    'BAD_FORMAT',
  );
  if (mspId === undefined || certificate === undefined) {
    throw new ChartsealError('BAD_FORMAT', 'the identity has no organisation or no certificate');
  }
  return { mspId, certificate: parseCertificate(derOfPem(certificate)) };
}

function findEndorser(endorser: string, trust: Trust): Known {
  const read = attempt('An endorser', readIdentity, endorser);
  if ('fault' in read) return read;
  const { mspId, certificate } = read.value;
  const authorities = trust.authorities.get(mspId);
  const refuse = (sentence: string) => ({ fault: failed(sentence) });
  if (authorities === undefined) {
    return refuse('An endorser is of no organisation of the trust file.');
  }
  const whose = `The endorser's certificate of ${mspId}`;
  const wrong = peerFault(certificate);
  if (wrong !== undefined) return refuse(`${whose} ${wrong}.`);
  if (authorities.revoked.has(certificate.serial)) {
    return refuse(`${whose} is revoked in the trust file.`);
  }
  const windows = pathWindows(certificate, authorities);
  if (windows.length === 0) {
    return refuse(`${whose} does not lead to a root of that organisation in the trust file.`);
  }
  return { value: { mspId, certificate, windows } };
}

function rememberEndorser(endorser: string, trust: Trust): Known {
  let known = knownTo.get(trust);
  if (known === undefined) {
    known = new Map();
    knownTo.set(trust, known);
  }
  const before = known.get(endorser);
  if (before !== undefined) return before;
  const found = findEndorser(endorser, trust);
  if (known.size >= MAX_KNOWN) known.clear();
  if (endorser.length <= MAX_KNOWN_BYTES) known.set(endorser, found);
  return found;
}

/** Whether the certificate's key signed payload ‖ endorser, in the form that Fabric accepts. */
function signatureFault(
  payload: Uint8Array,
  { endorser, signature }: FabricEndorsement,
  { mspId, certificate }: Endorser,
): Finding | undefined {
  const read = attempt('The endorsement', () =>
    parseEcdsaSignature(decodeBase64(signature, 'the signature'), 'the signature'),
  );
  if ('fault' in read) return read.fault;
  if (!isLowS(read.value)) {
    return failed(`The endorsement of ${mspId} is in a form that Fabric does not accept (high S).`);
  }
  const message = concat(payload, decodeBase64(endorser, 'the endorser'));
  if (verifyP256(certificate.publicKey, message, read.value)) return undefined;
  return failed(`The endorsement of ${mspId} is not signed by the key of its certificate.`);
}

/** Ascending by bytes, as nobody's locale would have it otherwise. */
function isAfter(before: string | undefined, mspId: string): boolean {
  return before === undefined || compareBytes(utf8(before), utf8(mspId)) < 0;
}

/** Every endorsement there is must hold; at which moment is not looked at here. */
export function checkEndorsements(
  { endorsements }: FabricAttestation,
  payload: Uint8Array,
  trust: Trust,
): { readonly endorsers: readonly Endorser[] } | { readonly fault: Finding } {
  if (endorsements.length === 0) return { fault: failed('Nobody endorsed the answer.') };
  const endorsers: Endorser[] = [];
  for (const endorsement of endorsements) {
    const known = rememberEndorser(endorsement.endorser, trust);
    if ('fault' in known) return known;
    const endorser = known.value;
    if (!isAfter(endorsers.at(-1)?.mspId, endorser.mspId)) {
      return { fault: failed('The endorsements are not one for each organisation, in order.') };
    }
    const fault = signatureFault(payload, endorsement, endorser);
    if (fault !== undefined) return { fault };
    endorsers.push(endorser);
  }
  return { endorsers };
}

/** Whether every certificate was in date, up to its root. */
export function checkValidity(endorsers: readonly Endorser[], at: number): Finding | undefined {
  const isIn = ({ from, until }: Window) => from <= at && at <= until;
  const stale = endorsers.find(({ windows }) => !windows.some(isIn));
  if (stale === undefined) return undefined;
  const { mspId } = stale;
  return failed(
    `The endorser's certificate of ${mspId}, or one above it, was not valid at ${formatTime(at)}.`,
  );
}
