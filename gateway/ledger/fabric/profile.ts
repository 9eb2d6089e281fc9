// The connection profile of a Fabric channel: where the own organisation's peers are, as whom to
// call them, and which organisations endorse and attest. Paths are relative to the profile itself.

import { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { IDENTITY_ROLES, type IdentityRole } from '../../../chaincode/core/identity-roles.js';
import { type JsonObject, type JsonValue, parseJsonBytes } from '../../../chaincode/core/json.js';
import { MAX_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import {
  checkShape,
  integer,
  list,
  object,
  oneOf,
  type Shape,
  text,
} from '../../../chaincode/core/shape.js';
import { readSmallFile } from '../../services/small-file.js';

/** A peer of the own organisation. */
export interface PeerEndpoint {
  /** `host:port`. */
  readonly endpoint: string;
  /** Path of the PEM file with the roots of its TLS certificate. */
  readonly tlsRoots: string;
}

/** Paths of PEM files. */
export interface IdentityFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Who attests published checkpoints, and how many colluding organisations that tolerates. */
export interface AttestingPolicy {
  /** In order of preference. */
  readonly organisations: readonly string[];
  readonly k: number;
  readonly required: readonly string[];
  readonly tolerated: number;
}

/** How long to wait for each step, in ms. */
export interface Deadlines {
  readonly evaluate: number;
  readonly endorse: number;
  readonly submit: number;
  /** From the orderer's word that it took a transaction to the block that holds it. */
  readonly commit: number;
}

export interface FabricProfile {
  readonly path: string;
  readonly channel: string;
  readonly chaincode: string;
  readonly mspId: string;
  /** In order of preference. */
  readonly peers: readonly PeerEndpoint[];
  readonly identities: Readonly<Partial<Record<IdentityRole, IdentityFiles>>>;
  /** Organisations that receive leaves and witness, in order of preference. */
  readonly endorsing: readonly string[];
  /** How many of them the channel's policy needs. */
  readonly endorsements: number;
  readonly attesting: AttestingPolicy;
  readonly ordering: 'raft' | 'bft';
  readonly ca?: { readonly url: string; readonly name: string; readonly tlsRoots: string };
  readonly appendLeaves?: number;
  readonly deadlinesMs: Deadlines;
}

const FORMAT = 'chartseal-fabric/1';
const ANY_FORMAT = /^chartseal-fabric\/[0-9]+$/;
const MAX_MEMBERS = 256;
const GREATEST_PORT = 65_535;
const MAX_DEADLINE_MS = 3_600_000;

/** On BFT a leader that died stalls the channel for up to a minute, and then it goes on. */
const DEADLINES = {
  raft: { evaluate: 15_000, endorse: 60_000, submit: 15_000, commit: 20_000 },
  bft: { evaluate: 15_000, endorse: 60_000, submit: 30_000, commit: 90_000 },
} as const satisfies Record<FabricProfile['ordering'], Deadlines>;

const line = (max: number) => text({ min: 1, max });
const path = line(4096);
const mspId = line(128);
const mspIds = list(mspId, { max: MAX_MEMBERS });
const files = object({ certificate: path, key: path });
const deadline = integer({ min: 1, max: MAX_DEADLINE_MS });
const SHAPE: Shape = object({
  format: oneOf([FORMAT]),
  channel: line(256),
  chaincode: line(256),
  mspId,
  peers: list(
    object({
      endpoint: text({ min: 3, max: 512, pattern: /^[^\s/:]+:[1-9][0-9]{0,4}$/ }),
      tlsRoots: path,
    }),
    { max: MAX_MEMBERS },
  ),
  identities: object({ 'admin?': files, 'writer?': files, 'reader?': files }),
  endorsing: mspIds,
  endorsements: integer({ min: 1, max: MAX_MEMBERS }),
  attesting: object({
    organisations: mspIds,
    k: integer({ min: 1, max: MAX_MEMBERS }),
    required: mspIds,
    tolerated: integer({ min: 0, max: MAX_MEMBERS }),
  }),
  ordering: oneOf(['raft', 'bft']),
  'ca?': object({
    url: text({ min: 1, max: 1024, pattern: /^https:\/\// }),
    name: line(256),
    tlsRoots: path,
  }),
  'appendLeaves?': integer({ min: 1, max: MAX_APPEND_LEAVES }),
  'deadlinesMs?': object({
    'evaluate?': deadline,
    'endorse?': deadline,
    'submit?': deadline,
    'commit?': deadline,
  }),
});

interface ProfileFile extends Omit<FabricProfile, 'path' | 'deadlinesMs'> {
  readonly format: string;
  readonly deadlinesMs?: Partial<Deadlines>;
}

function refuse(reason: string, cause?: unknown): never {
  throw new ChartsealError('BAD_INPUT', `connection profile: ${reason}`, { cause });
}

const portOf = (endpoint: string) => Number(endpoint.slice(endpoint.indexOf(':') + 1));

function checkDistinct(names: readonly string[], what: string): void {
  if (new Set(names).size !== names.length) refuse(`${what} names an organisation twice`);
}

/** What the shape cannot say. */
function checkAgreement({ peers, endorsing, endorsements, attesting, ca }: ProfileFile): void {
  const { organisations, k, required, tolerated } = attesting;
  if (peers.length === 0) refuse('peers is empty');
  const odd = peers.find(({ endpoint }) => portOf(endpoint) > GREATEST_PORT);
  if (odd !== undefined) refuse(`there is no port ${portOf(odd.endpoint)}, of a peer's endpoint`);
  if (ca !== undefined && !URL.canParse(ca.url)) refuse('ca.url is no address');
  checkDistinct(endorsing, 'endorsing');
  if (endorsements > endorsing.length) refuse('endorsements is above the number of endorsing');
  checkDistinct(organisations, 'attesting.organisations');
  checkDistinct(required, 'attesting.required');
  if (k > organisations.length) refuse('attesting.k is above the number of its organisations');
  if (!required.every((one) => organisations.includes(one))) {
    refuse('attesting.required names an organisation that does not attest');
  }
  if (tolerated >= organisations.length) {
    refuse('attesting.tolerated is not below the number of its organisations');
  }
}

function checkNewer(value: JsonValue): void {
  const format = (value as JsonObject | null)?.['format'];
  if (typeof format !== 'string' || format === FORMAT || !ANY_FORMAT.test(format)) return;
  throw new ChartsealError('NEWER_VERSION', 'the connection profile is of a newer Chartseal');
}

/**
 * The profile in these bytes, with its paths resolved against its own folder.
 * Throws BAD_JSON, BAD_INPUT, NEWER_VERSION.
 */
export function parseFabricProfile(bytes: Uint8Array, at: string): FabricProfile {
  const value = parseJsonBytes(bytes, 'connection profile');
  checkNewer(value);
  checkShape(SHAPE, value, 'connection profile');
  const { format: _, deadlinesMs, ...file } = value as unknown as ProfileFile;
  checkAgreement(value as unknown as ProfileFile);
  const folder = dirname(resolve(at));
  const here = (relative: string) => resolve(folder, relative);
  const identities: Partial<Record<IdentityRole, IdentityFiles>> = {};
  for (const role of IDENTITY_ROLES) {
    const found = file.identities[role];
    if (found === undefined) continue;
    identities[role] = { certificate: here(found.certificate), key: here(found.key) };
  }
  return {
    ...file,
    path: resolve(at),
    identities,
    peers: file.peers.map(({ endpoint, tlsRoots }) => ({ endpoint, tlsRoots: here(tlsRoots) })),
    ...(file.ca === undefined ? {} : { ca: { ...file.ca, tlsRoots: here(file.ca.tlsRoots) } }),
    deadlinesMs: { ...DEADLINES[file.ordering], ...deadlinesMs },
  };
}

/** A file that is named by what it is, with its path. */
function readNamedFile(at: string, what: string): Uint8Array {
  try {
    return readSmallFile(at);
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    throw new ChartsealError(cause.code, `${what} ${at}: ${cause.message}`, { cause });
  }
}

/** Text of a file that the profile names. Throws FILE_MISSING and FILE_UNREADABLE. */
export async function readProfileFile(at: string, what: string): Promise<string> {
  return Buffer.from(readNamedFile(at, what)).toString('utf8');
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Roots that the profile names, PEM. TLS would pass over what is no certificate and then believe
 * nobody. Throws BAD_INPUT, FILE_MISSING and FILE_UNREADABLE.
 */
export async function readRoots(at: string, what: string): Promise<string> {
  const text = await readProfileFile(at, what);
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0) refuse(`${what} ${at}: it holds no certificate`);
  try {
    for (const pem of found) new X509Certificate(pem);
  } catch (cause) {
    refuse(`${what} ${at}: a certificate in it cannot be read`, cause);
  }
  return text;
}

/** Throws the codes of {@link parseFabricProfile}, FILE_MISSING and FILE_UNREADABLE. */
export async function readFabricProfile(at: string): Promise<FabricProfile> {
  return parseFabricProfile(readNamedFile(at, 'connection profile'), at);
}

/** Certificate and private key of a role, as PEM. */
export interface IdentityMaterial {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/**
 * Throws BAD_INPUT when the profile has no identity of this role, KEY_EXPOSED when others than the
 * owner may read the key, FILE_MISSING and FILE_UNREADABLE.
 */
export async function readIdentity(
  profile: FabricProfile,
  role: IdentityRole,
): Promise<IdentityMaterial> {
  const at = profile.identities[role];
  if (at === undefined) return refuse(`it has no identity of the role ${role}`);
  const keyPem = await readProfileFile(at.key, 'private key');
  const { mode } = await stat(at.key);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new ChartsealError('KEY_EXPOSED', `private key ${at.key} may be read by other users`);
  }
  return { certificatePem: await readProfileFile(at.certificate, 'certificate'), keyPem };
}
