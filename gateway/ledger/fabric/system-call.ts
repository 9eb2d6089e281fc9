// Calls of a peer's own contracts: cscc knows the configuration, qscc the blocks.
import { common } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { FabricConnection } from './connection.js';
import { type FabricBlock, parseBlock } from './fabric-blocks.js';
import { describeFailure, toLedgerError } from './fabric-errors.js';

/** A peer that began from a snapshot says so in words alone; it lacks old configurations too. */
function missingBlock(error: ChartsealError): ChartsealError {
  const [, number] =
    /cannot serve block \[(\d+)\].*bootstrapped from a snapshot/is.exec(
      describeFailure(error.cause),
    ) ?? [];
  if (number === undefined) return error;
  const text = `the peer has no block ${number}: it was started from a snapshot of the ledger`;
  return new ChartsealError('BLOCKS_MISSING', text, { cause: error });
}

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
    throw missingBlock(toLedgerError(error));
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

/** Other failures of qscc are those of a disk. */
function blockError(error: unknown, number: number): unknown {
  if (!(error instanceof ChartsealError) || error.code !== 'LEDGER_FAILED') return error;
  const text = `the peer cannot read its block ${number} (${describeFailure(error.cause)})`;
  return new ChartsealError('LEDGER_CORRUPT', text, { cause: error });
}

/** Throws BLOCKS_MISSING at a peer that was started from a snapshot, LEDGER_CORRUPT. */
export async function readBlock(
  connection: FabricConnection,
  number: number,
): Promise<FabricBlock> {
  const { channel } = connection.profile;
  const args = [channel, String(number)];
  try {
    const bytes = await callSystem(connection, 'qscc', 'GetBlockByNumber', args);
    return parseBlock(common.Block.deserializeBinary(bytes));
  } catch (error) {
    throw blockError(error, number);
  }
}
