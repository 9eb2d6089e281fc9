// The newest attested checkpoint of a store that is to be built anew: nothing behind it is lost.
import { parseCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { verifyNote } from '../../../chaincode/core/signed-note.js';
import type { Trust } from '../../evidence/trust.js';
import type { Rows } from '../../store/database.js';
import { attestationKey, parseKeyNumber, TABLES } from '../../store/keys.js';
import { type AttestationRow, parseAttestationRow } from '../../store/rows.js';
import { checkAttestationRow, type StateAtSize } from '../audit/attestation-audit.js';
import { isFinding } from '../audit/checks.js';
import type { OwnLedger } from '../own-ledger.js';

const leafOf = (closingLeaf: string | null) =>
  closingLeaf === null ? undefined : Buffer.from(closingLeaf, 'base64');

/** What a checkpoint says by itself; throws what is wrong with it. */
function ownState(row: AttestationRow, { context }: OwnLedger): StateAtSize {
  const { origin } = context.registration;
  const text = verifyNote(row.checkpoint, origin, context.secrets.notePublicKey);
  return { ...parseCheckpoint(text), closingLeaf: leafOf(row.closingLeaf) };
}

async function ledgerState(size: number, { log }: OwnLedger): Promise<StateAtSize> {
  const { root, closingLeaf } = await log.readCheckpoint(size);
  return { size, root, closingLeaf: leafOf(closingLeaf) };
}

/**
 * Size of the newest attested checkpoint that verifies; undefined when none does. Throws
 * LEDGER_BEHIND when the ledger does not reach it: a log that goes on from there would be another.
 */
export async function newestAttested(
  source: Rows,
  ledger: OwnLedger,
  trust: Trust,
): Promise<number | undefined> {
  const { head } = await ledger.log.readLog();
  let until = '~';
  for (;;) {
    const key = await source.findLastKey(TABLES.attestation, until);
    if (key === undefined) return undefined;
    const size = parseKeyNumber(key);
    const isBeyond = size > head.size;
    try {
      const row = parseAttestationRow(source.find(key) as Uint8Array);
      const state = isBeyond ? ownState(row, ledger) : await ledgerState(size, ledger);
      checkAttestationRow(row, { ...state, size }, ledger.context, trust);
    } catch (error) {
      if (!isFinding(error)) throw error;
      if (size === 0) return undefined;
      until = attestationKey(size - 1).slice(TABLES.attestation.length);
      continue;
    }
    if (!isBeyond) return size;
    const text = `the ledger has ${head.size} leaves, ${size} were attested before`;
    throw new ChartsealError('LEDGER_BEHIND', text);
  }
}
