// The messages of Fabric that an attestation is made of: every field that they have today.
// Field numbers are those of hyperledger/fabric-protos.
import { bytes, flag, integer, type Message, many, text } from './protobuf.js';

/** msp.SerializedIdentity: who endorsed; the certificate is PEM. */
export const SERIALIZED_IDENTITY = { mspId: text(1), certificate: bytes(2) } satisfies Message;

/** protos.ProposalResponsePayload: what endorsers sign, before their own identity. */
export const PROPOSAL_RESPONSE_PAYLOAD = {
  proposalHash: bytes(1),
  extension: bytes(2),
} satisfies Message;

/** protos.ChaincodeAction: the extension of the payload. */
export const CHAINCODE_ACTION = {
  results: bytes(1),
  events: bytes(2),
  response: bytes(3),
  chaincodeId: bytes(4),
} satisfies Message;

/** protos.Response of the contract. */
export const RESPONSE = {
  status: integer(1),
  message: text(2),
  payload: bytes(3),
} satisfies Message;

/** protos.ChaincodeID. */
export const CHAINCODE_ID = { path: text(1), name: text(2), version: text(3) } satisfies Message;

/** rwset.TxReadWriteSet: the results. */
export const TX_READ_WRITE_SET = {
  dataModel: integer(1),
  namespaces: many(bytes(2)),
} satisfies Message;

/** rwset.NsReadWriteSet. */
export const NS_READ_WRITE_SET = {
  namespace: text(1),
  readWriteSet: bytes(2),
  collections: many(bytes(3)),
} satisfies Message;

/** kvrwset.KVRWSet. */
export const KV_READ_WRITE_SET = {
  reads: many(bytes(1)),
  rangeQueries: many(bytes(2)),
  writes: many(bytes(3)),
  metadataWrites: many(bytes(4)),
} satisfies Message;

/** kvrwset.KVRead; without a version the key is absent. */
export const KV_READ = { key: text(1), version: bytes(2) } satisfies Message;

/** kvrwset.Version: the block and transaction that wrote the key last. */
export const VERSION = { block: integer(1), tx: integer(2) } satisfies Message;

/** common.ChannelHeader. */
export const CHANNEL_HEADER = {
  type: integer(1),
  version: integer(2),
  timestamp: bytes(3),
  channelId: text(4),
  txId: text(5),
  epoch: integer(6),
  extension: bytes(7),
  tlsCertificateHash: bytes(8),
} satisfies Message;

/** protos.ChaincodeHeaderExtension. */
export const CHAINCODE_HEADER_EXTENSION = { chaincodeId: bytes(2) } satisfies Message;

/** common.SignatureHeader: who asked. */
export const SIGNATURE_HEADER = { creator: bytes(1), nonce: bytes(2) } satisfies Message;

/** protos.ChaincodeProposalPayload; endorsers hash it without its transient map. */
export const CHAINCODE_PROPOSAL_PAYLOAD = {
  input: bytes(1),
  transient: many(bytes(2)),
} satisfies Message;

/** protos.ChaincodeInvocationSpec. */
export const CHAINCODE_INVOCATION_SPEC = { spec: bytes(1) } satisfies Message;

/** protos.ChaincodeSpec. */
export const CHAINCODE_SPEC = {
  type: integer(1),
  chaincodeId: bytes(2),
  input: bytes(3),
  timeout: integer(4),
} satisfies Message;

/** protos.ChaincodeInput. */
export const CHAINCODE_INPUT = {
  arguments: many(bytes(1)),
  decorations: many(bytes(2)),
  isInit: flag(3),
} satisfies Message;
