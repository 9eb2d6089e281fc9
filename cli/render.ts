// Verdicts and histories as text for a terminal. Everything that comes from a file or a caller is
// cleaned of control characters first: a name must not steer the reader's terminal.
import type {
  AccessEntry,
  Actor,
  AnswerEntry,
  Client,
  Entry,
  FixityFacts,
  InquiryEntry,
} from '../chaincode/core/entry.js';
import { type HistoryEvent, isOverride } from '../gateway/evidence/history-events.js';
import type { HistoryVerification } from '../gateway/evidence/verify-history.js';
import type { ReceiptVerification } from '../gateway/evidence/verify-receipt.js';
import { actionWord, purposeWords } from './words.js';

const STATUS_WIDTH = 'NOT CHECKED'.length;
const STEP_WIDTH = 'attestation'.length;

/** Control, format and line-breaking characters become `\u{…}`. */
export function clean(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

/** A line of JSON for a terminal: the same value, without characters that a terminal obeys. */
export function forTerminal(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

type AnyVerification = ReceiptVerification | HistoryVerification;

function subjectText({ subject }: HistoryVerification): string | undefined {
  switch (subject?.kind) {
    case 'patient':
      return `patient ${subject.system}|${subject.value}`;
    case 'record':
      return `record ${subject.id}`;
    case 'log':
      return 'the log itself';
    default:
      return undefined;
  }
}

function entryText({ entry }: ReceiptVerification): string | undefined {
  if (entry === undefined) return undefined;
  if (entry.act === 'access') return `an access event of ${entry.occurredAt}`;
  if (entry.act === 'fixity') return `the fixity run of ${entry.startedAt}`;
  if ('record' in entry) return `record ${entry.record.id}, version ${entry.record.version}`;
  return `a patient's ${entry.act === 'inquiry' ? 'question' : 'question that was answered'}, ${entry.at}`;
}

/** What the verdict is about, to be compared with what was asked. */
function aboutLines(result: AnyVerification): string[] {
  const what = 'events' in result ? subjectText(result) : entryText(result);
  const { checkpoint } = result;
  const log = checkpoint === undefined ? '' : `, log ${checkpoint.origin}`;
  const id = checkpoint?.logId === undefined ? '' : ` (id ${checkpoint.logId})`;
  return what === undefined ? [] : [`  about       ${clean(`${what}${log}${id}`)}`];
}

/** The verdict, its steps, what it rests on and what it does not say. */
export function renderVerification(name: string, result: AnyVerification): string[] {
  const lines = [`${clean(name)}: ${clean(result.summary)}`, ...aboutLines(result)];
  for (const { status, step, sentence } of result.steps) {
    lines.push(`  ${status.padEnd(STATUS_WIDTH)}  ${step.padEnd(STEP_WIDTH)}  ${clean(sentence)}`);
  }
  lines.push(`  trust file  sha256:${result.fingerprint}`);
  for (const statement of result.statements) lines.push(`  note: ${clean(statement)}`);
  return lines;
}

function actorText({ opened }: HistoryEvent): string {
  const actor = opened['actor'] as Actor | undefined;
  if (actor === undefined) return 'name withheld';
  const name = actor.name === undefined ? actor.id : `${actor.name} (${actor.id})`;
  const { onBehalfOf } = actor;
  return onBehalfOf === undefined ? name : `${name} for ${onBehalfOf.name ?? onBehalfOf.id}`;
}

function placeText(entry: AccessEntry, { opened }: HistoryEvent): string {
  const unit = entry.unit === undefined ? '' : `, ${entry.unit}`;
  const client = opened['client'] as Client | undefined;
  const from = client?.name ?? client?.address ?? client?.id;
  return `${entry.organisation}${unit}${from === undefined ? '' : `, from ${from}`}`;
}

function accessLines(entry: AccessEntry, event: HistoryEvent): string[] {
  const mark = entry.breakGlass ? 'EMERGENCY OVERRIDE 紧急越权  ' : '';
  const failed = entry.outcome === 'success' ? '' : ` (did not succeed: ${entry.outcome})`;
  const what = `${actionWord(entry.action)} ${entry.category}${failed}`;
  const why = purposeWords(entry.purpose);
  const reason = event.opened['justification'];
  const lines = [
    `${mark}${entry.occurredAt}  ${actorText(event)}, ${entry.role}`,
    `    ${what}; ${placeText(entry, event)}; why: ${why}${reason === undefined ? '' : `, "${reason}"`}`,
  ];
  if (entry.records.length > 0) lines.push(`    records: ${entry.records.join(', ')}`);
  return lines;
}

const OUTCOMES = {
  justified: 'answered: the access was justified',
  unjustified: 'answered: the access was not justified, and was dealt with',
  corrected: 'answered: the source was corrected',
};

function inquiryLines(entry: InquiryEntry | AnswerEntry, { opened }: HistoryEvent): string[] {
  const text = entry.act === 'inquiry' ? opened['question'] : opened['text'];
  const due = entry.dueAt === undefined ? '' : `, to be answered until ${entry.dueAt}`;
  const state =
    entry.act === 'inquiry'
      ? `${entry.appeals === undefined ? 'the patient asked' : 'the patient appealed'}${due}`
      : entry.outcome === undefined
        ? `taken up by the hospital${due}`
        : OUTCOMES[entry.outcome];
  const lines = [`${entry.at}  ${state}`];
  const about = entry.act === 'inquiry' ? (entry.about ?? entry.appeals) : entry.inquiry;
  if (about !== undefined) lines.push(`    about ${about}`);
  if (text !== undefined) lines.push(`    "${text}"`);
  return lines;
}

/** The five answers of a fixity run and their counts. */
export function countsText({ counts }: Pick<FixityFacts, 'counts'>): string {
  const { unchanged, altered, missing, unreadable, notChecked } = counts;
  return `${unchanged} unchanged, ${altered} altered, ${missing} missing, ${unreadable} unreadable, ${notChecked} not checked`;
}

function entryLines(entry: Entry, event: HistoryEvent): string[] {
  switch (entry.act) {
    case 'access':
      return accessLines(entry, event);
    case 'fixity':
      return [
        `${entry.endedAt}  fixity run over ${entry.scope.records} records, begun ${entry.startedAt}`,
        `    ${countsText(entry)}`,
      ];
    case 'inquiry':
    case 'answer':
      return inquiryLines(entry, event);
    default:
      return [
        `${entry.at}  ${entry.act} version ${entry.record.version}, ${entry.record.size} bytes`,
        `    sha256:${entry.record.digests['sha-256']}`,
      ];
  }
}

function eventLines(event: HistoryEvent): string[] {
  const { entry, sequence } = event;
  const head = `#${String(sequence).padEnd(4)} `;
  if (entry === null) return [`${head}${event.act ?? 'unknown act'}: not shown`];
  return entryLines(entry, event).map((line, at) => (at === 0 ? head : '      ') + clean(line));
}

function standingLine({ record }: HistoryVerification): string[] {
  if (record === undefined) return [];
  const flags = record.flags.length === 0 ? 'no holds or seals' : record.flags.join(', ');
  return [`latest version: ${record.latestVersion ?? 'not shown'}; ${flags}`];
}

/** What an empty chain says, by what it is the chain of. */
const NO_EVENT = {
  patient: 'Nobody is recorded as having opened this: no event.',
  record: 'Nothing was archived under this id: no event.',
  log: 'No audit of the archive is recorded: no event.',
};

/** What is not shown may be an override. */
function titleOf({ events, notShown, subject }: HistoryVerification): string {
  if (events.length === 0) return NO_EVENT[subject?.kind ?? 'patient'];
  const overrides = events.filter(isOverride).length;
  const count = `${events.length} ${events.length === 1 ? 'event' : 'events'}`;
  const what = overrides === 1 ? 'an emergency override' : 'emergency overrides';
  if (notShown === 0) return `${count}, ${overrides} of them ${what}`;
  const are = overrides === 1 ? 'is' : 'are';
  return `${count}, ${notShown} of them not shown; of the others ${overrides} ${are} ${what}`;
}

/** Who, when, from where and why: emergency overrides first, then the rest in order. */
export function renderHistory(result: HistoryVerification): string[] {
  const { events } = result;
  const ordered = [...events.filter(isOverride), ...events.filter((event) => !isOverride(event))];
  const title = titleOf(result);
  return [title, ...standingLine(result), ...ordered.flatMap(eventLines)];
}
