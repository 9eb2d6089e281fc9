// What failed, of all kinds together, as it is told: without what was sent.
import { ERROR_CODES } from '../../../chaincode/core/errors.js';
import { formatTime } from '../../../chaincode/core/time.js';
import { showFileName } from '../file-name.js';
import type { Hospital } from '../hospital.js';
import type { AsideCause, LetterFacts } from './facts.js';
import type { FailedFacts } from './failed-rows.js';

export interface FailedReport {
  readonly id: number;
  readonly kind: 'event' | 'record' | 'file';
  readonly receivedAt: string;
  readonly lastTriedAt?: string;
  readonly tries: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** `source.system`, where it is known. */
  readonly source?: string;
  readonly path?: string;
  readonly record?: string;
}

export interface FailedPage {
  readonly failed: readonly FailedReport[];
  /** Number to go on with. */
  readonly next?: number;
}

/** An earlier or later version may have known other codes. */
function hintOf(code: string): string {
  return Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as keyof typeof ERROR_CODES].hint : '';
}

function why({ code, message, expression }: AsideCause) {
  const isNamed = expression === undefined || message.startsWith(`${expression}: `);
  const told = isNamed ? message : `${expression}: ${message}`;
  return { code, message: told, hint: hintOf(code) };
}

type Common = Pick<LetterFacts, 'receivedAt' | 'lastTriedAt' | 'tries' | 'cause'>;

const common = ({ receivedAt, lastTriedAt, tries, cause }: Common) => ({
  receivedAt: formatTime(receivedAt),
  ...(lastTriedAt === undefined ? {} : { lastTriedAt: formatTime(lastTriedAt) }),
  tries,
  ...why(cause),
});

function ofEvent(facts: LetterFacts): FailedReport {
  const { system } = facts.source;
  return {
    id: facts.id,
    kind: 'event',
    ...common(facts),
    ...(system === undefined ? {} : { source: system }),
  };
}

function ofOther(facts: FailedFacts): FailedReport {
  const { id, kind, system, path, record } = facts;
  return {
    id,
    kind,
    ...common(facts),
    ...(system === undefined ? {} : { source: system }),
    ...(path === undefined
      ? {}
      : { path: showFileName(Buffer.from(path, 'base64').toString('latin1')) }),
    ...(record === undefined ? {} : { record }),
  };
}

/** Events, records and files have their numbers in common: in their order, the oldest first. */
export async function failedPage(
  { feed }: Pick<Hospital, 'feed'>,
  from: number,
  limit: number,
): Promise<FailedPage> {
  const events = await feed.letters(from, limit + 1);
  const others = await feed.unanchored.list(from, limit + 1);
  const all = [...events.map(ofEvent), ...others.map(ofOther)].sort((a, b) => a.id - b.id);
  const next = all[limit];
  return { failed: all.slice(0, limit), ...(next === undefined ? {} : { next: next.id }) };
}
