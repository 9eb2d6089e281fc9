// chartseal inquiry list | show | answer: what patients ask, and what the hospital answers. Words
// to patients come from a file or stdin: what is typed on a command line is seen by others.
import { decodeUtf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { ShownInquiry, ShownStep } from '../../gateway/services/door/inquiry-door.js';
import type { AnswerInput } from '../../gateway/services/inquiries/input.js';
import type { ListedState } from '../../gateway/services/inquiries/listing.js';
import { OUTCOMES, type Outcome } from '../../gateway/services/inquiries/thread.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING, EXIT_UNDONE } from '../exit.js';
import { type DataOptions, reportCounts, type WaitOptions, withDoor } from '../hospital.js';
import { clean } from '../render.js';

/** More is refused wherever it is read. */
const MAX_TEXT_BYTES = 64 * 1024;

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  justified: 'justified',
  unjustified: 'not justified, and dealt with',
  corrected: 'the source was corrected',
};

const textLines = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split('\n').map((line) => `    ${clean(line)}`);

function headLine({ id, state, overdue, askedAt, dueAt }: ShownInquiry): string {
  const due = state === 'answered' ? '' : `, to be answered until ${dueAt}`;
  return `${id}  ${state}${overdue ? ', overdue' : ''}; asked ${askedAt}${due}`;
}

function stepWords({ act, status, outcome, appeal, actor }: ShownStep): string {
  if (act === 'inquiry') return appeal === true ? 'the patient appealed' : 'the patient asked';
  const by = actor === undefined ? '' : `, by ${clean(actor.name ?? actor.id)}`;
  if (status === 'in-progress') return `taken up${by}`;
  return `answered: ${outcome === undefined ? '' : OUTCOME_WORDS[outcome]}${by}`;
}

function stepLines(step: ShownStep): string[] {
  const due = step.dueAt === undefined ? '' : `; to be answered until ${step.dueAt}`;
  return [`  ${step.at}  ${stepWords(step)}${due}`, ...textLines(step.text)];
}

function shownLines(inquiry: ShownInquiry): string[] {
  const { about, event, patient, steps } = inquiry;
  const lines = [headLine(inquiry)];
  if (patient !== undefined) lines.push(`  patient ${patient}`);
  if (about !== undefined) lines.push(`  about ${about}`);
  if (event?.['act'] === 'access') {
    const { occurredAt, role, organisation, purpose } = event;
    lines.push(`    access of ${clean([occurredAt, role, organisation, purpose].join(', '))}`);
  }
  return [...lines, ...steps.flatMap(stepLines)];
}

function tell(inquiry: ShownInquiry, context: CommandContext): void {
  if (context.json) context.data(JSON.stringify(inquiry));
  else for (const line of shownLines(inquiry)) context.data(line);
}

export interface InquiryListOptions extends DataOptions {
  readonly state: ListedState;
}

/** 1 while any is overdue. */
export async function inquiryList(
  { state, ...options }: InquiryListOptions,
  context: CommandContext,
): Promise<number> {
  return withDoor(options, context, async ({ inquiries }) => {
    let page = await inquiries.list(state);
    let listed = 0;
    for (;;) {
      for (const one of page.inquiries) {
        listed++;
        if (context.json) context.data(JSON.stringify(one));
        else for (const line of [headLine(one), ...textLines(one.question)]) context.data(line);
      }
      if (page.next === undefined) break;
      page = await inquiries.list(state, page.next);
    }
    const { open, overdue } = page.counts;
    if (context.json) context.data(JSON.stringify({ summary: { listed, open, overdue } }));
    context.tell(`${listed} listed; ${open} open, ${overdue} of them overdue`);
    return overdue > 0 ? EXIT_FINDING : 0;
  });
}

export async function inquiryShow(
  id: string,
  options: DataOptions,
  context: CommandContext,
): Promise<number> {
  return withDoor(options, context, async ({ inquiries }) => {
    tell(await inquiries.read(id), context);
    return 0;
  });
}

export interface InquiryAnswerOptions extends DataOptions, WaitOptions {
  /** Without it, the inquiry is taken up. */
  readonly outcome?: string;
  /** File with the words to the patient. */
  readonly text?: string;
  readonly due?: string;
}

async function readAll(stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of stdin) {
    size += piece.length;
    if (size > MAX_TEXT_BYTES) {
      throw new ChartsealError('TOO_LARGE', `the text has more than ${MAX_TEXT_BYTES} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Without the line ends that editors put at the end. */
async function readWords(
  file: string | undefined,
  { stdin }: CommandContext,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const bytes = file === '-' ? await readAll(stdin) : readSmallFile(file);
  return decodeUtf8(bytes, 'the text').replace(/[\r\n]+$/, '');
}

function outcomeOf(word: string | undefined): Outcome | undefined {
  const found = OUTCOMES.find((one) => one === word);
  if (word === undefined || found !== undefined) return found;
  throw new ChartsealError('USAGE', `--outcome is one of ${OUTCOMES.join(', ')}`);
}

/** 2 when it was not proven in time. */
export async function inquiryAnswer(
  id: string,
  options: InquiryAnswerOptions,
  context: CommandContext,
): Promise<number> {
  const outcome = outcomeOf(options.outcome);
  const text = await readWords(options.text, context);
  const { due: dueAt } = options;
  if (outcome !== undefined && text === undefined) {
    throw new ChartsealError('USAGE', '--outcome needs --text: the words to the patient');
  }
  if (outcome !== undefined && dueAt !== undefined) {
    throw new ChartsealError('USAGE', '--due is for inquiries that are taken up: no --outcome');
  }
  const input: AnswerInput = {
    status: outcome === undefined ? 'in-progress' : 'answered',
    ...(outcome === undefined ? {} : { outcome }),
    ...(text === undefined ? {} : { text }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  return withDoor(options, context, async (door) => {
    tell(await door.inquiries.answer(id, input), context);
    const proven = await door.waitProven(options.waitMs);
    reportCounts(await door.standing(), context);
    return proven ? 0 : EXIT_UNDONE;
  });
}
