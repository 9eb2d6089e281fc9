// The contract's definition in force, as the life cycle's own contract tells it.
import { peer } from '@hyperledger/fabric-protos';
import type { FabricConnection } from './connection.js';
import { endorsersNeeded, policyText } from './policy-text.js';
import { callSystem } from './system-call.js';

export interface CommittedDefinition {
  readonly version: string;
  readonly sequence: number;
  readonly endorsementPolicy: string;
  /** Fewest organisations that satisfy it; undefined where the channel's configuration says. */
  readonly endorsers: number | undefined;
}

/** Throws NOT_SUPPORTED for a policy of another kind, and codes of the peer. */
export async function readCommittedDefinition(
  connection: FabricConnection,
): Promise<CommittedDefinition> {
  const args = new peer.lifecycle.QueryChaincodeDefinitionArgs();
  args.setName(connection.profile.chaincode);
  const bytes = await callSystem(connection, '_lifecycle', 'QueryChaincodeDefinition', [
    args.serializeBinary(),
  ]);
  const result = peer.lifecycle.QueryChaincodeDefinitionResult.deserializeBinary(bytes);
  const policy = result.getValidationParameter_asU8();
  return {
    version: result.getVersion(),
    sequence: result.getSequence(),
    endorsementPolicy: policyText(policy),
    endorsers: endorsersNeeded(policy),
  };
}
