// A verdict in words, for one bundle: how grave it is, its name, one sentence.
import { MAX_JSON_BYTES } from '../../../chaincode/core/limits.js';
import type { HistoryVerification } from '../../evidence/verify-history.js';
import type { ReceiptVerification } from '../../evidence/verify-receipt.js';
import type { Tone } from '../view/mark.js';
import type { Outcome } from './desk.js';
import { momentText } from './moments.js';
import type { VerifyTexts } from './texts.js';

const mebibytes = (bytes: number) => String(Math.ceil(bytes / 2 ** 20));

export interface Verdict {
  readonly name: keyof VerifyTexts['verdicts'];
  readonly tone: Tone;
  readonly sentence: string;
}

function receiptVerdict(result: ReceiptVerification, { sentences }: VerifyTexts): Verdict {
  const { verdict, checkpoint, entry, steps } = result;
  const since = checkpoint?.endorsedAt;
  if (verdict === 'altered') return { name: 'altered', tone: 'bad', sentence: sentences.altered };
  if (verdict === 'not proven') {
    return { name: 'notProven', tone: 'bad', sentence: sentences.notProven };
  }
  if (verdict === 'unchanged' && since !== undefined) {
    const isRecord = entry !== undefined && 'record' in entry;
    const say = isRecord ? sentences.unchanged : sentences.unchangedEvent;
    return { name: 'unchanged', tone: 'good', sentence: say(momentText(since)) };
  }
  const open = steps.filter(({ status }) => status !== 'OK');
  const isAlone = open.length === 1 && open[0]?.step === 'document';
  const sentence = isAlone ? sentences.noDocument : sentences.notChecked;
  return { name: 'notChecked', tone: 'open', sentence };
}

/** Whether the list that a history shows is the whole and true one. */
function isComplete({ verdict, completeUpTo }: HistoryVerification): boolean {
  return verdict.startsWith('complete') && completeUpTo !== undefined;
}

/** Whether all holds, and nothing is wrong but that it ends before the moment asked for. */
function isTooOld({ steps, completeUpTo }: HistoryVerification): boolean {
  const open = steps.filter(({ status }) => status !== 'OK');
  const isTime = open[0]?.step === 'time' && /^The history is complete /.test(open[0].sentence);
  return open.length === 1 && isTime && completeUpTo !== undefined;
}

function historyVerdict(
  result: HistoryVerification,
  asOf: string | undefined,
  texts: VerifyTexts,
): Verdict {
  const { verdict, completeUpTo = '' } = result;
  const { sentences } = texts;
  if (asOf !== undefined && isTooOld(result)) {
    const sentence = texts.asked.tooOld(momentText(completeUpTo), momentText(asOf));
    return { name: 'tooOld', tone: 'bad', sentence };
  }
  if (isComplete(result)) return completeVerdict(result, asOf, texts);
  if (verdict === 'incomplete') {
    return { name: 'incomplete', tone: 'bad', sentence: sentences.incomplete };
  }
  if (verdict === 'not proven') {
    return { name: 'notProven', tone: 'bad', sentence: sentences.notProven };
  }
  return { name: 'notChecked', tone: 'open', sentence: sentences.notChecked };
}

/** Whether the list can be shown: it is whole, up to some moment at least. */
export const isListed = (result: HistoryVerification): boolean =>
  isComplete(result) || isTooOld(result);

function completeVerdict(
  { completeUpTo = '', events, notShown }: HistoryVerification,
  asOf: string | undefined,
  { sentences, asked: words }: VerifyTexts,
): Verdict {
  const until = momentText(completeUpTo);
  const reached = asOf === undefined ? '' : ` ${words.reachesIt(momentText(asOf))}`;
  if (notShown > 0) {
    const sentence = sentences.notShown(notShown, until) + reached;
    return { name: 'notShown', tone: 'good', sentence };
  }
  const say = events.length === 0 ? sentences.empty : sentences.complete;
  return { name: 'complete', tone: 'good', sentence: say(until) + reached };
}

export function verdictOf(outcome: Outcome, texts: VerifyTexts): Verdict {
  const { sentences } = texts;
  switch (outcome.kind) {
    case 'receipt':
      return receiptVerdict(outcome.result, texts);
    case 'history':
      return historyVerdict(outcome.result, outcome.asOf, texts);
    case 'missing':
      return { name: 'missing', tone: 'bad', sentence: sentences.missing };
    case 'stopped':
      return { name: 'stopped', tone: 'open', sentence: texts.long.stopped };
    case 'tooLarge':
      return {
        name: 'tooLarge',
        tone: 'open',
        sentence: texts.long.tooLarge(mebibytes(outcome.size), mebibytes(MAX_JSON_BYTES)),
      };
    case 'noReceipt':
      return { name: 'noReceipt', tone: 'open', sentence: sentences.noReceipt };
    case 'unreadable':
      return { name: 'unreadable', tone: 'open', sentence: sentences.unreadable };
  }
}
