// Who vouches for a checkpoint. A tagged union: the trust file, never the evidence, decides which
// type counts.
import { concat, decodeBase64, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { isObject, type JsonObject, type JsonValue } from '../../chaincode/core/json.js';
import { verifyEd25519 } from '../../chaincode/core/platform/node.js';
import { blob, checkShape, object, oneOf } from '../../chaincode/core/shape.js';
import {
  FABRIC_TYPE,
  type FabricAttestation,
  parseFabricAttestation,
} from './fabric-endorsement.js';

export type Ordering = 'raft' | 'bft' | 'embedded';

/** Single operator: the answer signed by the log's own note key. */
export interface EmbeddedAttestation {
  readonly type: 'embedded/1';
  /** Base64 of the answer's bytes. */
  readonly payload: string;
  /** Base64 of Ed25519 over `"chartseal/embedded/1\0" ‖ answer bytes`. */
  readonly signature: string;
}

/** An attestation that this version carries without understanding it. */
export type OtherAttestation = JsonObject & { readonly type: string };

export type Attestation = EmbeddedAttestation | FabricAttestation | OtherAttestation;

const EMBEDDED = 'embedded/1';
const CONTEXT = utf8('chartseal/embedded/1\0');
const TYPE = /^[a-z][a-z-]{0,63}\/[1-9][0-9]{0,9}$/;
const EMBEDDED_SHAPE = object({ type: oneOf([EMBEDDED]), payload: blob(), signature: blob(64) });

/** The one type that is accepted on a channel with this ordering. */
export function attestationType(ordering: Ordering): string {
  return ordering === 'embedded' ? EMBEDDED : FABRIC_TYPE;
}

export function isEmbedded(attestation: Attestation): attestation is EmbeddedAttestation {
  return attestation.type === EMBEDDED;
}

export function isFabric(attestation: Attestation): attestation is FabricAttestation {
  return attestation.type === FABRIC_TYPE;
}

/** Throws BAD_INPUT; members of types that this version does not read may be anything. */
export function parseAttestation(value: JsonValue): Attestation {
  const type = isObject(value) ? value['type'] : undefined;
  if (typeof type !== 'string' || !TYPE.test(type)) {
    throw new ChartsealError('BAD_INPUT', 'attestation: type is not of the form name/number');
  }
  if (type === EMBEDDED) checkShape(EMBEDDED_SHAPE, value, 'attestation');
  if (type === FABRIC_TYPE) parseFabricAttestation(value);
  return value as unknown as Attestation;
}

/** @param sign Ed25519 with the log's note key over the bytes given */
export function signEmbedded(
  answer: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): EmbeddedAttestation {
  return {
    type: EMBEDDED,
    payload: encodeBase64(answer),
    signature: encodeBase64(sign(concat(CONTEXT, answer))),
  };
}

/** Bytes of the answer that the key signed; undefined when the signature does not verify. */
export function findEmbeddedAnswer(
  attestation: EmbeddedAttestation,
  noteKey: Uint8Array,
): Uint8Array | undefined {
  const answer = decodeBase64(attestation.payload, 'payload');
  const signature = decodeBase64(attestation.signature, 'signature', 64);
  return verifyEd25519(noteKey, concat(CONTEXT, answer), signature) ? answer : undefined;
}
