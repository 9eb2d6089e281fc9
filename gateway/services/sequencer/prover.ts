// Makes committed entries provable: gets the newest committed checkpoint attested, signs it, and
// writes marker, attestation, tiles and map pages of that size in one synced batch.
import { concat, encodeBase64, equalBytes, uint64 } from '../../../chaincode/core/bytes.js';
import { formatCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { signNote } from '../../../chaincode/core/signed-note.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import * as keys from '../../store/keys.js';
import { changedPages } from '../../store/map-pages.js';
import { formatJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { putTiles } from '../../store/tiles.js';
import type { LogContext } from '../log-context.js';
import { type CommittedAppend, type LogState, markerOf } from './log-state.js';

export interface ProverOptions {
  readonly store: Store;
  readonly ledger: LogLedger;
  readonly context: LogContext;
}

/** The log's own signature over a checkpoint that we derived ourselves. */
function signCheckpoint(context: LogContext, state: LogState): string {
  const { origin } = context.registration;
  const text = formatCheckpoint({ origin, size: state.frontier.size, root: state.root });
  const { notePublicKey, signNote: sign } = context.secrets;
  return signNote(text, origin, notePublicKey, sign);
}

/**
 * Proves `state`, whose appends since the last marker are `appends`.
 * Rejects with the ledger's code when no attestation is to be had; nothing was written then.
 */
export async function prove(
  { store, ledger, context }: ProverOptions,
  proven: LogState,
  appends: readonly CommittedAppend[],
  state: LogState,
): Promise<void> {
  const { answer, attestation } = await ledger.attestCheckpoint(state.frontier.size);
  if (!equalBytes(answer.root, state.root) || answer.size !== state.frontier.size) {
    throw new ChartsealError('LOG_FORKED', 'the attested checkpoint is not the one we derived');
  }
  const batch = store.db.batch();
  for (const { row } of appends) {
    batch
      .put(keys.appendKey(row.firstOrdinal), formatJsonRow(row))
      .put(keys.appendIndexKey(row.firstIndex), uint64(row.firstOrdinal));
  }
  putTiles(store.db, batch, proven.frontier.size, concat(...appends.flatMap((a) => a.hashes)));
  for (const [prefix, page] of changedPages(proven.map, state.map)) {
    batch.put(keys.pageKey(prefix), page);
  }
  const closingLeaf = state.closingLeaf === undefined ? null : encodeBase64(state.closingLeaf);
  const checkpoint = signCheckpoint(context, state);
  const row = { attestation: attestation as unknown as JsonValue, checkpoint, closingLeaf };
  batch
    .put(keys.attestationKey(state.frontier.size), formatJsonRow(row))
    .put(keys.MARKER_KEY, formatJsonRow(markerOf(state)));
  await batch.write();
}
