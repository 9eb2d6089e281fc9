// What was judged, in words.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { formatMoment } from '../view/moment.js';
import type { Judgement } from './judge.js';

function momentOf(judgement: Judgement, language: Language): string {
  if ('since' in judgement && judgement.since !== undefined) {
    return formatMoment(judgement.since, language);
  }
  if (judgement.kind === 'stale') return formatMoment(judgement.asOf, language);
  return judgement.kind === 'fixity-unended' ? formatMoment(judgement.startedAt, language) : '';
}

/** One judgement in words. */
export function judgementText(judgement: Judgement, language: Language): string {
  const say = ARCHIVE[language].judgements[judgement.kind] as (
    one: Judgement,
    at: string,
  ) => string;
  return say(judgement, momentOf(judgement, language));
}
