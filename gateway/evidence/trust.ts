// The trust file: what the verifier's owner believes, and the only thing that a verifier believes
// without proof. Everything in it is checked for contradictions when it is read.
import { decodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { checkOrigin } from '../../chaincode/core/checkpoint.js';
import { checkPublicKey } from '../../chaincode/core/ed25519-key.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { HASH_BYTES, MAX_JSON_BYTES, MAX_ORIGIN_BYTES } from '../../chaincode/core/limits.js';
import {
  logIdOf,
  parseRegistration,
  REGISTRATION_SHAPE,
  type Registration,
} from '../../chaincode/core/registration.js';
import {
  blob,
  checkShape,
  hex,
  integer,
  list,
  object,
  oneOf,
  type Shape,
  text,
} from '../../chaincode/core/shape.js';
import type { Ordering } from './attestation.js';
import { type Authorities, authorityKeys, readAuthorities } from './certificate-path.js';
import { parseFile } from './evidence-file.js';
import { attempt, findFault } from './steps.js';

export const TRUST_FORMAT = 'chartseal-trust/1';

/** A committed definition of the contract, as the ledger identifies it. */
export interface ContractDefinition {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
  /** Block and transaction that committed it. */
  readonly block: number;
  readonly tx: number;
  readonly endorsementPolicy: string;
}

export interface Organisation {
  readonly mspId: string;
  /** Base64 of DER certificates. */
  readonly roots: readonly string[];
  readonly intermediates: readonly string[];
  /** Serial numbers in lower-case hex. */
  readonly revoked: readonly string[];
}

export interface Policy {
  /** Distinct organisations that must attest. */
  readonly k: number;
  /** MSP ids that must be among them. */
  readonly required: readonly string[];
  /** Colluding organisations tolerated. */
  readonly tolerated: number;
}

export interface LogTrust {
  readonly origin: string;
  /** Hex. */
  readonly logId: string;
  readonly registration: Registration;
}

export interface PinnedCheckpoint {
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
}

export interface TrustFile {
  readonly format: typeof TRUST_FORMAT;
  readonly channel: string;
  readonly ordering: Ordering;
  readonly contract: readonly ContractDefinition[];
  readonly organisations: readonly Organisation[];
  readonly policy: Policy;
  readonly logs: readonly LogTrust[];
  readonly pinnedCheckpoints?: readonly PinnedCheckpoint[];
}

/** A log of the trust file with its keys as bytes. */
export interface TrustedLog extends LogTrust {
  readonly noteKey: Uint8Array;
  readonly vrfKey: Uint8Array;
}

export interface Trust {
  readonly file: TrustFile;
  /** SHA-256 of the file's bytes, hex. */
  readonly fingerprint: string;
  readonly logsByOrigin: ReadonlyMap<string, TrustedLog>;
  /** By MSP id; none under ordering embedded, where certificates attest nothing. */
  readonly authorities: ReadonlyMap<string, Authorities>;
}

/** As many as the size of a file allows. */
const many = (item: Shape) => list(item, { max: MAX_JSON_BYTES });
const line = (max: number) => text({ min: 1, max });

const TRUST_SHAPE = object({
  format: oneOf([TRUST_FORMAT]),
  channel: line(256),
  ordering: oneOf(['raft', 'bft', 'embedded']),
  contract: many(
    object({
      name: line(256),
      version: line(256),
      sequence: integer({ min: 1 }),
      block: integer(),
      tx: integer(),
      endorsementPolicy: line(4096),
    }),
  ),
  organisations: many(
    object({
      mspId: line(128),
      roots: many(blob()),
      intermediates: many(blob()),
      revoked: many(text({ min: 1, max: 64, pattern: /^(0|[1-9a-f][0-9a-f]*)$/ })),
    }),
  ),
  policy: object({ k: integer({ min: 1 }), required: many(line(128)), tolerated: integer() }),
  logs: many(
    object({
      origin: line(MAX_ORIGIN_BYTES),
      logId: hex(HASH_BYTES),
      registration: REGISTRATION_SHAPE,
    }),
  ),
  'pinnedCheckpoints?': many(
    object({ origin: line(MAX_ORIGIN_BYTES), size: integer(), root: hex(HASH_BYTES) }),
  ),
});

function refuse(message: string): never {
  throw new ChartsealError('BAD_INPUT', `trust file: ${message}`);
}

function checkDistinct(values: readonly string[], what: string): void {
  if (new Set(values).size !== values.length) refuse(`${what} stands twice`);
}

/** Refuses what stands under two organisations, and names them: one of them is at fault. */
function checkOwned(
  owned: readonly (readonly [mspId: string, values: readonly string[]])[],
  what: string,
): void {
  const owners = new Map<string, string>();
  for (const [mspId, values] of owned) {
    for (const value of new Set(values)) {
      const other = owners.get(value);
      if (other !== undefined) refuse(`${what} stands twice, under ${other} and under ${mspId}`);
      owners.set(value, mspId);
    }
  }
}

function checkOrganisations({ organisations, policy }: TrustFile): void {
  const names: string[] = [];
  const owned: [string, string[]][] = [];
  for (const { mspId, roots, intermediates } of organisations) {
    names.push(mspId);
    owned.push([mspId, [...roots, ...intermediates]]);
  }
  checkDistinct(names, 'an organisation');
  // A certificate of two organisations would let one of them attest as both.
  checkOwned(owned, 'a certificate');
  checkDistinct(policy.required, 'a required organisation');
  for (const mspId of policy.required) {
    if (!names.includes(mspId)) refuse('a required organisation is not among the organisations');
  }
  if (policy.k > names.length) refuse('policy.k is above the number of organisations');
  if (policy.tolerated >= names.length) {
    refuse('policy.tolerated is not below the number of organisations');
  }
}

function readOrganisation(organisation: Organisation): Authorities {
  const read = attempt('certificate', readAuthorities, organisation);
  if ('value' in read) return read.value;
  return refuse(`${organisation.mspId}: ${read.fault.sentence.replace(/\.$/, '')}`);
}

/** Certificates of every organisation that may attest by them. */
function readOrganisations({ organisations, ordering }: TrustFile): Map<string, Authorities> {
  if (ordering === 'embedded') return new Map();
  const authorities = new Map(organisations.map((one) => [one.mspId, readOrganisation(one)]));
  // Whoever holds the key of two organisations attests as both, whatever its certificates say.
  const keys = [...authorities].map(([mspId, one]) => [mspId, authorityKeys(one)] as const);
  checkOwned(keys, "an authority's key");
  return authorities;
}

function readLog(log: LogTrust): TrustedLog {
  const registration = parseRegistration(log.registration as unknown as JsonValue);
  if (registration.origin !== log.origin) refuse('a registration has another origin');
  if (encodeHex(logIdOf(registration)) !== log.logId) {
    refuse('a logId is not the digest of its registration');
  }
  const noteKey = decodeBase64(registration.noteKey, 'noteKey', 32);
  // BAD_KEY is of the ledger's answers; a trust file that is refused has one exit code.
  const invalid = findFault('noteKey', checkPublicKey, noteKey, 'it');
  if (invalid !== undefined) refuse(invalid.sentence.replace(/\.$/, ''));
  return { ...log, noteKey, vrfKey: decodeBase64(registration.vrfKey, 'vrfKey', 32) };
}

interface TrustParts extends Pick<Trust, 'file' | 'authorities'> {
  readonly logs: readonly TrustedLog[];
}

function parseTrustValue(value: JsonValue): TrustParts {
  checkShape(TRUST_SHAPE, value, 'trust file');
  const file = value as unknown as TrustFile;
  checkOrganisations(file);
  checkDistinct(
    file.logs.map(({ origin }) => origin),
    'an origin',
  );
  const pins = file.pinnedCheckpoints ?? [];
  // A mistyped origin would pin nothing, without a word.
  for (const { origin } of pins) checkOrigin(origin);
  checkDistinct(
    pins.map(({ origin, size }) => `${size} ${origin}`),
    'a pinned checkpoint',
  );
  return { file, logs: file.logs.map(readLog), authorities: readOrganisations(file) };
}

/** Throws BAD_JSON, BAD_FORMAT, BAD_INPUT, NEWER_VERSION or TOO_LARGE. */
export function parseTrustFile(bytes: Uint8Array): Trust {
  const { file, logs, authorities } = parseFile(bytes, 'chartseal-trust', parseTrustValue);
  return {
    file,
    authorities,
    fingerprint: encodeHex(sha256(bytes)),
    logsByOrigin: new Map(logs.map((log) => [log.origin, log])),
  };
}

/** Canonical bytes; throws as {@link parseTrustFile} for a file that could not be read again. */
export function formatTrustFile(file: TrustFile): Uint8Array {
  const bytes = canonicalBytes(file);
  parseTrustFile(bytes);
  return bytes;
}
