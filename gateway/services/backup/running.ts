// export beside a gateway that runs: one moment of its store, and as much of the ledger as belongs
// to that moment, while accepting and appending go on.
import { type DataKeys, readKeysFor } from '../../data/keys.js';
import type { Hospital } from '../hospital.js';
import { OwnEmbedded } from '../own-embedded.js';
import type { OwnFabric } from '../own-fabric.js';
import { piecesOf } from './export.js';
import type { ExportEnd } from './export-format.js';
import type { Extent } from './extent.js';
import { EmbeddedSource, type LedgerSource } from './ledger-source.js';

async function sourceOf(hospital: Hospital, extent: Extent): Promise<LedgerSource> {
  const { config, layout, ledger } = hospital;
  const { network } = ledger;
  if (network instanceof OwnEmbedded) {
    const keys = await readKeysFor(config.ledger, layout.keys);
    return EmbeddedSource.running(network, config.logId, keys as DataKeys, extent);
  }
  const { ChannelSource } = await import('./channel-source.js');
  return ChannelSource.running(network as OwnFabric, config.logId, extent);
}

/**
 * The log at the moment when the first piece is asked for, in pieces of whole lines. What was given
 * before an error has no end line, and no import takes it. May be left early; until it ends, the
 * store keeps the rows of that moment on disk. Throws the codes of keys, store and ledger.
 */
export async function* exportRunning(hospital: Hospital): AsyncGenerator<Uint8Array, ExportEnd> {
  const { config, context, ledger, store: live } = hospital;
  // In this order: what the ledger has by now, the store has too.
  const { head } = await ledger.log.readLog();
  const store = await live.moment();
  try {
    const extent = { entries: store.entriesAtOpen, size: head.size };
    const source = await sourceOf(hospital, extent);
    try {
      const keys = { secrets: context.secrets };
      return yield* piecesOf({ config, keys, store, ledger: source });
    } finally {
      await source.close();
    }
  } finally {
    await store.close();
  }
}
