// What a transaction of a Fabric channel wrote: the part of its write set under one contract.
import { ledger } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { FabricTransaction } from './fabric-blocks.js';

export interface FabricWrite {
  readonly key: string;
  /** Undefined when the key was deleted, or only its metadata (a policy of its own) was set. */
  readonly value: Uint8Array | undefined;
}

/**
 * In the order of keys. Throws LEDGER_CORRUPT.
 * @param results ledger.rwset.TxReadWriteSet
 */
export function parseWriteSet(results: Uint8Array, namespace: string): FabricWrite[] {
  const { kvrwset } = ledger.rwset;
  try {
    const writes: FabricWrite[] = [];
    const set = ledger.rwset.TxReadWriteSet.deserializeBinary(results);
    for (const one of set.getNsRwsetList()) {
      if (one.getNamespace() !== namespace) continue;
      const rows = kvrwset.KVRWSet.deserializeBinary(one.getRwset_asU8());
      for (const row of rows.getWritesList()) {
        const value = row.getIsDelete() ? undefined : row.getValue_asU8();
        writes.push({ key: row.getKey(), value });
      }
      for (const row of rows.getMetadataWritesList()) {
        writes.push({ key: row.getKey(), value: undefined });
      }
    }
    return writes;
  } catch (cause) {
    throw new ChartsealError('LEDGER_CORRUPT', 'a write set of the channel is not understood', {
      cause,
    });
  }
}

/**
 * Whether a transaction of a contract changed that contract's state, for which alone its policy
 * stands. Fabric also takes for valid, events included, what one organisation's peer signed by
 * itself and what writes nothing but that organisation's own private data.
 */
export function changesState({ code, chaincode, results }: FabricTransaction): boolean {
  return code === 'VALID' && parseWriteSet(results, chaincode).length > 0;
}
