// The contract's answer to readCheckpoint, which organisations attest. Members that this version
// does not know are ignored here, and only here: the contract may come to say more.
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import { parseCanonical } from '../../chaincode/core/canonical-json.js';
import { checkOrigin } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonObject, type JsonValue } from '../../chaincode/core/json.js';
import { parseClosingLeaf } from '../../chaincode/core/leaf.js';
import {
  HASH_BYTES,
  MAX_JSON_BYTES,
  MAX_NONCE_HEX,
  MAX_ORIGIN_BYTES,
} from '../../chaincode/core/limits.js';
import {
  blob,
  checkShape,
  hex,
  integer,
  list,
  nullable,
  object,
  oneOf,
  text,
  time,
} from '../../chaincode/core/shape.js';
import { parseTime } from '../../chaincode/core/time.js';
import { findVersion, isNewerLeaf } from './newer.js';

const KIND = 'chartseal-checkpoint';

/** Hashes are hex. */
export interface CheckpointAnswer {
  readonly channel: string;
  readonly logId: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** Base64 of leaf size - 1; null at size 0. */
  readonly closingLeaf: string | null;
  /** Of the checkpoint; at size 0 the time of registration. */
  readonly endorsedAt: number;
  /** The log's newest size at `asOf`. */
  readonly headSize: number;
  readonly asOf: number;
  /** Log ids of all logs of this log's owner. */
  readonly ownerLogs: readonly string[];
  readonly nonce?: string;
}

const MEMBERS = {
  kind: oneOf([`${KIND}/1`]),
  channel: text({ min: 1, max: 256 }),
  logId: hex(HASH_BYTES),
  origin: text({ min: 1, max: MAX_ORIGIN_BYTES }),
  size: integer(),
  root: hex(HASH_BYTES),
  closingLeaf: nullable(blob()),
  endorsedAt: time(),
  headSize: integer(),
  asOf: time(),
  ownerLogs: list(hex(HASH_BYTES), { max: MAX_JSON_BYTES }),
  'nonce?': text({ min: 0, max: MAX_NONCE_HEX, pattern: /^[0-9a-f]*$/ }),
};
const SHAPE = object(MEMBERS);

function withoutUnknown(value: JsonObject): JsonObject {
  const known: Record<string, JsonValue> = {};
  for (const name of Object.keys(value)) {
    if (SHAPE.members.has(name)) known[name] = value[name] as JsonValue;
  }
  return known;
}

function refuse(message: string): never {
  throw new ChartsealError('BAD_FORMAT', message);
}

/** What the answer must say of itself, whoever vouches for it. */
function checkAgreement(answer: CheckpointAnswer): void {
  checkOrigin(answer.origin);
  if (answer.headSize < answer.size) refuse('headSize is below size');
  const logs = new Set(answer.ownerLogs);
  if (!logs.has(answer.logId)) refuse('ownerLogs does not name this log');
  if (logs.size !== answer.ownerLogs.length) refuse('ownerLogs names a log twice');
  if ((answer.closingLeaf === null) !== (answer.size === 0)) {
    refuse('a closing leaf is there at every size but 0');
  }
}

/** Throws BAD_LEAF, BAD_FORMAT, or NEWER_VERSION for a closing leaf of a later version. */
export function checkAnswerClosingLeaf(answer: CheckpointAnswer): void {
  if (answer.closingLeaf === null) return;
  const bytes = decodeBase64(answer.closingLeaf, 'closing leaf');
  if (isNewerLeaf(bytes)) throw new ChartsealError('NEWER_VERSION', 'a newer closing leaf');
  if (parseClosingLeaf(bytes).endorsedAt !== answer.endorsedAt) {
    refuse('endorsedAt is not that of the closing leaf');
  }
}

/**
 * Reads the canonical bytes of an answer. Throws BAD_JSON, BAD_FORMAT and BAD_INPUT, also when it
 * contradicts itself; NEWER_VERSION for a later kind of answer.
 */
export function parseCheckpointAnswer(bytes: Uint8Array): CheckpointAnswer {
  const value: JsonValue = parseCanonical(bytes, 'the attested answer');
  if (!isObject(value)) refuse('the attested answer is not an object');
  const version = findVersion(value['kind'], KIND);
  if (version !== undefined && version > 1) {
    throw new ChartsealError('NEWER_VERSION', 'the attested answer is of a later kind');
  }
  const known = withoutUnknown(value);
  checkShape(SHAPE, known, 'the attested answer');
  const { kind: _, endorsedAt, asOf, ...rest } = known;
  const answer = {
    ...rest,
    endorsedAt: parseTime(endorsedAt, 'endorsedAt'),
    asOf: parseTime(asOf, 'asOf'),
  } as unknown as CheckpointAnswer;
  checkAgreement(answer);
  return answer;
}
