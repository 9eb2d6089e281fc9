// The attestation of a Fabric channel: a proposal that was endorsed and never submitted, with all
// that its endorsers signed. What it takes to believe one stands in ./attestation-check.
import { decodeBase64 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { blob, checkShape, list, object, oneOf } from '../../chaincode/core/shape.js';
import { CHAINCODE_ACTION, PROPOSAL_RESPONSE_PAYLOAD, RESPONSE } from './fabric-messages.js';
import { readMessage, type Values } from './protobuf.js';

export const FABRIC_TYPE = 'fabric-endorsement/1';

/** Every blob is canonical base64. */
export interface FabricAttestation {
  readonly type: typeof FABRIC_TYPE;
  /** protos.ProposalResponsePayload, one for all endorsers. */
  readonly payload: string;
  /** Ascending by MSP id, each MSP id once. */
  readonly endorsements: readonly FabricEndorsement[];
  /** common.ChannelHeader. */
  readonly channelHeader: string;
  /** common.SignatureHeader. */
  readonly signatureHeader: string;
  /** protos.ChaincodeProposalPayload without its transient map. */
  readonly proposalPayload: string;
}

export interface FabricEndorsement {
  /** msp.SerializedIdentity. */
  readonly endorser: string;
  /** DER of ECDSA P-256 with SHA-256 over payload ‖ endorser. */
  readonly signature: string;
}

/** More organisations than any channel has. */
const MAX_ENDORSEMENTS = 256;

const SHAPE = object({
  type: oneOf([FABRIC_TYPE]),
  payload: blob(),
  endorsements: list(object({ endorser: blob(), signature: blob() }), { max: MAX_ENDORSEMENTS }),
  channelHeader: blob(),
  signatureHeader: blob(),
  proposalPayload: blob(),
});

/** Members only, nothing of what the blobs hold. Throws BAD_INPUT. */
export function parseFabricAttestation(value: JsonValue): FabricAttestation {
  checkShape(SHAPE, value, 'attestation');
  return value as unknown as FabricAttestation;
}

/** What the endorsers signed, taken apart as far as the contract's answer. */
export interface EndorsedAction {
  readonly proposalHash: Uint8Array;
  readonly action: Values<typeof CHAINCODE_ACTION>;
  readonly response: Values<typeof RESPONSE>;
}

const EMPTY = new Uint8Array();

/** Throws BAD_FORMAT, or NEWER_VERSION for fields that are not known. */
export function readEndorsedAction(payload: Uint8Array): EndorsedAction {
  const { proposalHash = EMPTY, extension } = readMessage(
    payload,
    PROPOSAL_RESPONSE_PAYLOAD,
    'the endorsed payload',
  );
  const action = readMessage(extension ?? EMPTY, CHAINCODE_ACTION, 'the endorsed action');
  if (extension === undefined || action.response === undefined) {
    throw new ChartsealError('BAD_FORMAT', 'the endorsed payload holds no answer');
  }
  const response = readMessage(action.response, RESPONSE, 'the endorsed response');
  return { proposalHash, action, response };
}

/**
 * Bytes of the contract's answer as they stand in the payload: nothing is verified.
 * Throws BAD_FORMAT, or NEWER_VERSION for fields that are not known.
 */
export function fabricAnswer(attestation: FabricAttestation): Uint8Array {
  const { response } = readEndorsedAction(decodeBase64(attestation.payload, 'payload'));
  return response.payload ?? EMPTY;
}
