// The folder test/vectors/receipts/v1-rules as a whole.
import { addForged } from './forged.js';
import { addHistoryRules } from './history-rules.js';
import { addHistorySubjects } from './history-subjects.js';
import { addReceiptFormats } from './receipt-format.js';
import { addReceiptRules } from './receipt-rules.js';
import { addTrusts, folder } from './rules.js';

/** Every file of the folder by its path below test/vectors. */
export function evidenceRules(): Map<string, Uint8Array> {
  addTrusts();
  addReceiptFormats();
  addReceiptRules();
  addHistorySubjects();
  addHistoryRules();
  addForged();
  return folder.finish('within');
}
