// A question of a patient and what the hospital said to it, as a row of a verified history: in
// words, and with the place of the entry that it is about.
import type { AnswerEntry, Entry } from '../../../chaincode/core/entry.js';
import type { HistoryEvent } from '../../evidence/history-events.js';
import { saidText } from '../inquiries/thread-view.js';
import { INQUIRY_WORDS } from '../text/inquiry-words.js';
import type { Language } from '../text/language.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element } from '../view/dom.js';
import { momentText } from './moments.js';
import { verifyTexts } from './texts.js';

/** Places in the chain by leaf hash, in hex. */
export type Places = ReadonlyMap<string, number>;

export const placesOf = (events: readonly HistoryEvent[]): Places =>
  new Map(events.map(({ leafHash, sequence }) => [leafHash, sequence]));

/** That it was taken up, or how it ended. */
export function answerText({ outcome }: AnswerEntry, language: Language): string {
  const words = INQUIRY_WORDS[language];
  return outcome === undefined ? words.takenUp : words.outcomes[outcome];
}

export interface InquiryCells {
  readonly what: readonly Child[];
  readonly said: readonly Child[];
}

function saidCell(event: HistoryEvent, member: string, isLogged: boolean, language: Language) {
  const text = event.opened[member];
  if (typeof text === 'string') return [saidText(text)];
  // What was logged without a text has none to show.
  return isLogged
    ? [element('span', { class: 'soft' }, verifyTexts(language).contentNotShown)]
    : [];
}

/** Undefined for entries of other acts. */
export function inquiryCells(
  entry: Entry,
  event: HistoryEvent,
  places: Places,
  language: Language,
): InquiryCells | undefined {
  if (entry.act !== 'inquiry' && entry.act !== 'answer') return undefined;
  const texts = verifyTexts(language);
  const due =
    entry.dueAt !== undefined &&
    element(
      'div',
      { class: 'soft' },
      `${texts.answerDue}${SIGNS[language].colon}${momentText(entry.dueAt)}`,
    );
  const place = (hash: string | undefined) => {
    const found = hash === undefined ? undefined : places.get(hash);
    return found === undefined ? undefined : `#${found}`;
  };
  const soft = (text: string) => element('div', { class: 'soft' }, text);
  if (entry.act === 'inquiry') {
    const about = place(entry.appeals ?? entry.about);
    const name = entry.appeals === undefined ? texts.question : texts.objection;
    return {
      what: [name, about !== undefined && soft(texts.aboutPlace(about)), due],
      said: saidCell(event, 'question', true, language),
    };
  }
  const of = place(entry.inquiry);
  return {
    what: [answerText(entry, language), of !== undefined && soft(texts.ofPlace(of)), due],
    said: saidCell(event, 'text', entry.private.text !== undefined, language),
  };
}
