// export beside a gateway that runs: one moment of its store, and as much of the ledger as belongs
// to that moment, while accepting and appending go on. Who takes it must not hold that moment long.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { type DataKeys, readKeysFor } from '../../data/keys.js';
import type { Hospital } from '../hospital.js';
import { OwnEmbedded } from '../own-embedded.js';
import type { OwnFabric } from '../own-fabric.js';
import { piecesOf } from './export.js';
import type { ExportEnd } from './export-format.js';
import type { Extent } from './extent.js';
import { EmbeddedLedgerSource, type LedgerSource } from './ledger-source.js';

async function sourceOf(hospital: Hospital, extent: Extent): Promise<LedgerSource> {
  const { config, layout, ledger } = hospital;
  const { network } = ledger;
  if (network instanceof OwnEmbedded) {
    const keys = await readKeysFor(config.ledger, layout.keys);
    return EmbeddedLedgerSource.running(network, config.logId, keys as DataKeys, extent);
  }
  const { ChannelSource } = await import('./channel-source.js');
  return ChannelSource.running(network as OwnFabric, config.logId, extent);
}

/** What a reader may take in all, beside a millisecond for each of READER_BYTES_PER_MS. */
const READER_MS = 600_000;
/** 1 MiB/s: until the end, rows of that moment are kept on disk that the store would drop. */
const READER_BYTES_PER_MS = 1049;

/** Hands pieces on; throws EXPORT_TOO_SLOW when whoever takes them takes too long in all. */
async function* withinPatience(
  pieces: AsyncGenerator<Uint8Array, ExportEnd>,
  now: () => number,
): AsyncGenerator<Uint8Array, ExportEnd> {
  let left = READER_MS;
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done === true) return next.value;
      const since = now();
      yield next.value;
      left -= now() - since - next.value.length / READER_BYTES_PER_MS;
      if (left < 0) {
        const text = 'the export was taken too slowly: the store cannot keep its moment any longer';
        throw new ChartsealError('EXPORT_TOO_SLOW', text);
      }
    }
  } finally {
    await pieces.return(undefined as never);
  }
}

/**
 * The log at the moment when the first piece is asked for, in pieces of whole lines. What was given
 * before an error has no end line, and no import takes it. May be left early; until it ends, the
 * store keeps the rows of that moment on disk. Throws the codes of keys, store and ledger, and
 * EXPORT_TOO_SLOW.
 * @param now in ms from any moment on
 */
export async function* exportRunning(
  hospital: Hospital,
  now: () => number = () => performance.now(),
): AsyncGenerator<Uint8Array, ExportEnd> {
  const { config, context, ledger, store: live } = hospital;
  // In this order: what the ledger has by now, the store has too.
  const { head } = await ledger.log.readLog();
  const store = await live.moment();
  try {
    const extent = { entries: store.entriesAtOpen, size: head.size };
    const source = await sourceOf(hospital, extent);
    try {
      const keys = { secrets: context.secrets };
      return yield* withinPatience(piecesOf({ config, keys, store, ledger: source }), now);
    } finally {
      await source.close();
    }
  } finally {
    await store.close();
  }
}
