// Whether a pass may be checked and written: only with the keys of the log. By those of another,
// every pass would look damaged, and what they sign would look so to the right ones.
import { equalBytes } from '../../../chaincode/core/bytes.js';
import { parseCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { noteKeyId, parseNote } from '../../../chaincode/core/signed-note.js';
import { ForeignKeys } from '../../data/key-check.js';
import type { Store } from '../../store/store.js';
import { usable } from './checks.js';
import { type AuditedFolder, isThere } from './open-folder.js';

/** The newest signed checkpoint of the store; undefined where none can be read. */
function newestNote(store: Store) {
  return usable(() => {
    const marker = store.findMarker();
    if (marker === undefined) return undefined;
    const { text, signatures } = parseNote(store.readAttestation(marker.size).checkpoint);
    return { origin: parseCheckpoint(text).origin, signatures };
  });
}

/** Throws KEY_UNREADABLE, as far as ledger or store can tell. */
export function requireOwnKeys(
  { ledger, keys }: Pick<AuditedFolder, 'ledger' | 'keys'>,
  store: Store,
): void {
  // It does not open with other keys.
  if (isThere(ledger)) return;
  if (ledger instanceof ForeignKeys) throw ledger;
  const note = newestNote(store);
  if (note === undefined) return;
  const { origin, signatures } = note;
  const own = noteKeyId(origin, keys.secrets.notePublicKey);
  if (signatures.some(({ name, keyId }) => name === origin && equalBytes(keyId, own))) return;
  throw new ForeignKeys();
}
