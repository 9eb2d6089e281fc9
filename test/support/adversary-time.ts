// A proposal whose time its caller chose: to the nanosecond, and whether it is one or none.
import { common, peer } from '@hyperledger/fabric-protos';
import { parseP256Key, signP256 } from '../../gateway/ledger/fabric/signer.js';
import type { Asked, Caller } from './adversary-transaction.js';

/** The same proposal with another time in it, signed by the same caller. */
export function proposedAt(
  { txId, signed }: Asked,
  { keyPem }: Caller,
  ms: number,
  nanos: number,
): Asked {
  const proposal = peer.Proposal.deserializeBinary(
    peer.SignedProposal.deserializeBinary(signed).getProposalBytes_asU8(),
  );
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channel = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  channel.getTimestamp()?.setSeconds(Math.floor(ms / 1000));
  channel.getTimestamp()?.setNanos((ms % 1000) * 1_000_000 + nanos);
  header.setChannelHeader(channel.serializeBinary());
  proposal.setHeader(header.serializeBinary());
  const bytes = proposal.serializeBinary();
  const asked = new peer.SignedProposal();
  asked.setProposalBytes(bytes);
  asked.setSignature(signP256(parseP256Key(keyPem), bytes));
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  payload.clearTransientmapMap();
  return {
    txId,
    header: header.serializeBinary(),
    proposalPayload: payload.serializeBinary(),
    signed: asked.serializeBinary(),
  };
}
