// What was judged, in words.
import { ARCHIVE } from '../text/archive.js';
import type { Language } from '../text/languages.js';
import { formatMoment } from '../view/moment.js';
import type { Finding } from './judge.js';

function momentOf(finding: Finding, language: Language): string {
  if ('since' in finding && finding.since !== undefined) {
    return formatMoment(finding.since, language);
  }
  if (finding.kind === 'stale') return formatMoment(finding.asOf, language);
  return finding.kind === 'fixity-unended' ? formatMoment(finding.startedAt, language) : '';
}

/** A finding in words. */
export function findingText(finding: Finding, language: Language): string {
  const say = ARCHIVE[language].findings[finding.kind] as (one: Finding, at: string) => string;
  return say(finding, momentOf(finding, language));
}
