// The registration of the log of a data folder, from its ledger as it lies or from its channel.
import type { Registration } from '../../../chaincode/core/registration.js';
import type { DataConfig } from '../../data/config.js';
import type { DataLayout } from '../../data/layout.js';
import { BlockReader } from '../../ledger/embedded/block-reader.js';
import { readRegistration } from './log-blocks.js';

/** Throws the codes of the ledger. */
export async function findRegistration(
  layout: DataLayout,
  config: DataConfig,
): Promise<Registration> {
  const { channel, logId } = config;
  if (config.ledger === 'fabric') {
    const { ChannelSource } = await import('./channel-source.js');
    const source = await ChannelSource.open(config);
    try {
      return await source.registration();
    } finally {
      await source.close();
    }
  }
  const { ledger: folder, checkpoint: checkpointFile } = layout;
  const reader = await BlockReader.open({ folder, channel, checkpointFile });
  try {
    const blocks = (function* () {
      for (const { block } of reader.blocks()) yield block;
    })();
    return await readRegistration(blocks, logId);
  } finally {
    await reader.close();
  }
}
