// What a verdict does not say: the words that stand beside every one of them.
import type { Entry } from '../../chaincode/core/entry.js';
import { FLAG_HELD } from '../../chaincode/core/lifecycle.js';
import type { Trust } from './trust.js';

const HOSPITALS_WORD = "Times inside entries are the hospital's word.";

const RECEIPT =
  'A receipt proves that its entry is unchanged since it was endorsed. ' +
  'It does not prove that what the entry says is true.';
const LATER_VERSION =
  'Whether a later version exists, and whether the record is on hold, sealed or destroyed, ' +
  "is answered by the record's history.";

const HISTORY =
  'A history is complete for this identifier, as the log has it, as of its checkpoint. ' +
  'It does not prove that entries are true, that an access which nobody recorded did not happen, ' +
  'or that bytes were not deleted.';
const NEWEST = '"Newest" means newest at asOf, as the attesting organisations had it.';
const THIS_LABEL =
  "Complete of this label; that it is the record's only chain can be checked with the record key.";
const OWN_HOLD = 'A hold placed by the hospital itself is its own word.';

const SINGLE_OPERATOR = [
  'single operator, not independently witnessed',
  'forks are excluded only if the ordering service is honest',
] as const;

function ofTrust(trust: Trust): readonly string[] {
  return trust.file.ordering === 'embedded' ? SINGLE_OPERATOR : [];
}

export function receiptStatements(entry: Entry | undefined, trust: Trust): string[] {
  const ofRecord = entry !== undefined && entry.act !== 'access';
  return [RECEIPT, HOSPITALS_WORD, ...(ofRecord ? [LATER_VERSION] : []), ...ofTrust(trust)];
}

/**
 * @param labelOnly whether the label was taken as given
 * @param flags of the record, 0 for other subjects
 */
export function historyStatements(labelOnly: boolean, flags: number, trust: Trust): string[] {
  const statements = [HISTORY, HOSPITALS_WORD, NEWEST];
  if (labelOnly) statements.push(THIS_LABEL);
  if ((flags & FLAG_HELD) !== 0) statements.push(OWN_HOLD);
  return [...statements, ...ofTrust(trust)];
}
