// The folder test/vectors/receipts/v1-rules as a whole.
import { addEntryRules } from './entry-rules.js';
import { addEventRules } from './event-rules.js';
import { addForged } from './forged.js';
import { addHistoryEntries } from './history-entries.js';
import { addHistoryRules } from './history-rules.js';
import { addHistorySubjects } from './history-subjects.js';
import { addInquiryMembers, addInquiryRules } from './inquiry-rules.js';
import { addNowKnown } from './now-known.js';
import { addPlaced } from './placed.js';
import { addReceiptFormats } from './receipt-format.js';
import { addReceiptRules } from './receipt-rules.js';
import { addBackwards, addReferenceRules } from './reference-rules.js';
import { addReworded } from './reworded.js';
import { addTrusts, folder } from './rules.js';
import { addStatements } from './statements.js';
import { addVouchingRules } from './vouching-rules.js';

/** Every file of the folder by its path below test/vectors. */
export function evidenceRules(): Map<string, Uint8Array> {
  addTrusts();
  addReceiptFormats();
  addReceiptRules();
  addHistorySubjects();
  addHistoryRules();
  addForged();
  addHistoryEntries();
  addPlaced();
  addEntryRules();
  addVouchingRules();
  addStatements();
  addNowKnown();
  addInquiryRules();
  addReferenceRules();
  addEventRules();
  addInquiryMembers();
  addBackwards();
  addReworded(folder);
  return folder.finish('within');
}
