// The attestation of an answer: a proposal endorsed by several organisations and not submitted,
// with everything that a verifier needs to check those endorsements with the network gone.
import { common, gateway, msp, peer } from '@hyperledger/fabric-protos';
import { compareBytes, encodeBase64, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { FABRIC_TYPE, type FabricAttestation } from '../../evidence/fabric-endorsement.js';

function present<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new ChartsealError('LEDGER_FAILED', 'the peer gave an endorsement without its parts');
}

/** What lies in a prepared transaction. */
function openPrepared(bytes: Uint8Array) {
  const prepared = gateway.PreparedTransaction.deserializeBinary(bytes);
  const envelope = present(prepared.getEnvelope());
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = present(payload.getHeader());
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const [action] = transaction.getActionsList();
  const inner = peer.ChaincodeActionPayload.deserializeBinary(present(action).getPayload_asU8());
  const endorsed = present(inner.getAction());
  return {
    channelHeader: header.getChannelHeader_asU8(),
    signatureHeader: header.getSignatureHeader_asU8(),
    proposalPayload: inner.getChaincodeProposalPayload_asU8(),
    payload: endorsed.getProposalResponsePayload_asU8(),
    endorsements: endorsed.getEndorsementsList().map((one) => ({
      endorser: one.getEndorser_asU8(),
      signature: one.getSignature_asU8(),
    })),
  };
}

const mspIdOf = (endorser: Uint8Array) =>
  msp.SerializedIdentity.deserializeBinary(endorser).getMspid();

/** @param bytes gateway.PreparedTransaction of a `readCheckpoint` */
export function formatAttestation(bytes: Uint8Array): FabricAttestation {
  const { endorsements, payload, ...headers } = openPrepared(bytes);
  const sorted = endorsements
    .map((one) => ({ ...one, mspId: mspIdOf(one.endorser) }))
    .sort((a, b) => compareBytes(utf8(a.mspId), utf8(b.mspId)));
  return {
    type: FABRIC_TYPE,
    payload: encodeBase64(payload),
    endorsements: sorted.map(({ endorser, signature }) => ({
      endorser: encodeBase64(endorser),
      signature: encodeBase64(signature),
    })),
    channelHeader: encodeBase64(headers.channelHeader),
    signatureHeader: encodeBase64(headers.signatureHeader),
    proposalPayload: encodeBase64(headers.proposalPayload),
  };
}
