// What a verdict does not say: the words that stand beside every one of them.
import type { Entry } from '../../chaincode/core/entry.js';
import { FLAG_HELD } from '../../chaincode/core/lifecycle.js';
import { formatTime } from '../../chaincode/core/time.js';
import type { CheckpointAnswer } from './answer.js';
import type { HistorySubject } from './history.js';
import { excludesForks } from './policy-check.js';
import { isNewest } from './time-check.js';
import type { Trust, TrustedLog } from './trust.js';

const HOSPITALS_WORD = "Times inside entries are the hospital's word.";

const RECEIPT =
  'A receipt proves that its entry is unchanged since it was endorsed. ' +
  'It does not prove that what the entry says is true.';
const PLACE_IN_CHAIN =
  'That the entry stands in the chain of its record, patient or log, and nowhere else, ' +
  'is proven by the history, not by a receipt.';
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
const OTHER_LOGS = 'The owner of this log has other logs, of which this history says nothing';
const PREDECESSOR = 'This log continues another log, of which this history says nothing';
const NO_NORMAL_FORM =
  "The log's registration gives no normal form for identifiers of this system: " +
  'another spelling has a chain of its own.';
const OWN_HOLD = 'A hold placed by the hospital itself is its own word.';

const WHICH_CODE =
  "An endorsement says what an organisation's peer answered, not which code it ran: " +
  'each organisation builds the contract from source.';
const OLD_KEYS =
  'Whoever holds old keys of as many organisations as must attest could make such an answer ' +
  'today and date it back; what answers that is a revocation in the trust file, ' +
  'or a checkpoint pinned there that this one was compared with.';
const HONEST_ORDERING = 'forks are excluded only if the ordering service is honest';

function ofTrust({ file }: Trust): readonly string[] {
  if (file.ordering === 'embedded')
    return ['single operator, not independently witnessed', HONEST_ORDERING];
  const isOpen = file.ordering === 'raft' && !excludesForks(file);
  return [WHICH_CODE, OLD_KEYS, ...(isOpen ? [HONEST_ORDERING] : [])];
}

export function receiptStatements(entry: Entry | undefined, trust: Trust): string[] {
  const ofRecord = entry !== undefined && 'record' in entry;
  return [
    RECEIPT,
    HOSPITALS_WORD,
    PLACE_IN_CHAIN,
    ...(ofRecord ? [LATER_VERSION] : []),
    ...ofTrust(trust),
  ];
}

/** What is known of a history, as far as it could be established. */
export interface HistoryFacts {
  readonly subject?: HistorySubject | undefined;
  /** Whether the label was taken as given. */
  readonly labelOnly?: boolean | undefined;
  /** Flags of a record. */
  readonly flags?: number | undefined;
  readonly log?: TrustedLog | undefined;
  readonly answer?: CheckpointAnswer | undefined;
}

/** Chains that may hold more about the subject, of which the history is silent. */
function ofOtherChains({ subject, log, answer }: HistoryFacts): string[] {
  const statements: string[] = [];
  if (log === undefined) return statements;
  const { predecessor, patientSystems } = log.registration;
  const others = answer?.ownerLogs.filter((logId) => logId !== log.logId) ?? [];
  if (others.length > 0) statements.push(`${OTHER_LOGS}: ${others.join(', ')}.`);
  if (predecessor !== undefined) statements.push(`${PREDECESSOR}: ${predecessor}.`);
  const isNamed = (system: string) => patientSystems.some((one) => one.system === system);
  if (subject?.kind === 'patient' && !isNamed(subject.system)) statements.push(NO_NORMAL_FORM);
  return statements;
}

export function historyStatements(facts: HistoryFacts, trust: Trust): string[] {
  const { labelOnly = false, flags = 0, answer } = facts;
  const statements = [HISTORY, HOSPITALS_WORD, NEWEST];
  if (answer !== undefined && !isNewest(answer)) {
    const after = formatTime(answer.endorsedAt);
    statements.push(
      `The log had grown since: what was appended after ${after} is not in this history.`,
    );
  }
  if (labelOnly) statements.push(THIS_LABEL);
  if ((flags & FLAG_HELD) !== 0) statements.push(OWN_HOLD);
  return [...statements, ...ofOtherChains(facts), ...ofTrust(trust)];
}
