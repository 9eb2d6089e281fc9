// Calls of a peer's own contracts: cscc knows the configuration, qscc the blocks.
import { common } from '@hyperledger/fabric-protos';
import type { FabricConnection } from './connection.js';
import { type FabricBlock, parseBlock } from './fabric-blocks.js';
import { toLedgerError } from './fabric-errors.js';

/** Answer of the own organisation's peer, or of that of `mspId`; throws coded errors. */
export async function callSystem(
  connection: FabricConnection,
  contract: string,
  name: string,
  args: readonly (string | Uint8Array)[],
  mspId = connection.profile.mspId,
): Promise<Uint8Array> {
  const { channel } = connection.profile;
  try {
    return await connection.run((gateway) =>
      gateway
        .getNetwork(channel)
        .getContract(contract)
        .newProposal(name, { arguments: [...args], endorsingOrganizations: [mspId] })
        .evaluate(),
    );
  } catch (error) {
    throw toLedgerError(error);
  }
}

/** Number of blocks, and the hash of the newest header. @param mspId whose peer is asked */
export async function readChainInfo(
  connection: FabricConnection,
  mspId = connection.profile.mspId,
): Promise<{ readonly height: number; readonly newest: Uint8Array }> {
  const { channel } = connection.profile;
  const bytes = await callSystem(connection, 'qscc', 'GetChainInfo', [channel], mspId);
  const info = common.BlockchainInfo.deserializeBinary(bytes);
  return { height: info.getHeight(), newest: info.getCurrentblockhash_asU8() };
}

export async function readBlock(
  connection: FabricConnection,
  number: number,
): Promise<FabricBlock> {
  const { channel } = connection.profile;
  const args = [channel, String(number)];
  const bytes = await callSystem(connection, 'qscc', 'GetBlockByNumber', args);
  return parseBlock(common.Block.deserializeBinary(bytes));
}

/** The block in which a transaction was committed. */
export async function readBlockOf(
  connection: FabricConnection,
  txId: string,
): Promise<FabricBlock> {
  const { channel } = connection.profile;
  const bytes = await callSystem(connection, 'qscc', 'GetBlockByTxID', [channel, txId]);
  return parseBlock(common.Block.deserializeBinary(bytes));
}
