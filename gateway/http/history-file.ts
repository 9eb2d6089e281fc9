// A whole history as its file, for people to keep and to verify elsewhere.
import { PRIVATE_MEMBERS } from '../../chaincode/core/entry.js';
import { anything, oneOf, text } from '../../chaincode/core/shape.js';
import type { HistoryQuery } from '../services/histories.js';
import { historyBytes } from '../services/history-bytes.js';
import type { Hospital } from '../services/hospital.js';
import { MAX_HISTORIES_OF_ONE } from './limits.js';
import { OneAtATime } from './one-at-a-time.js';
import { ownTrust } from './own-trust.js';
import type { Answer, ApiAnswer, ApiRequest, Parameter } from './route.js';

const PRIVATE = new Set<string>(Object.values(PRIVATE_MEMBERS).flat());

const MEMBERS = (() => {
  const one = `(?:${[...PRIVATE].join('|')})`;
  return new RegExp(`^${one}(?:,${one})*$`);
})();

export const WITHHOLD: Parameter = {
  in: 'query',
  name: 'withhold',
  description: `Members that are not shown, with commas between: of ${[...PRIVATE].join(', ')}.`,
  shape: text({ min: 1, max: 256, pattern: MEMBERS }),
};

export const ENTRIES: Parameter = {
  in: 'query',
  name: 'entries',
  description:
    'withheld: the fingerprint of each entry, and not what it says. So a list that is TOO_LARGE for one file is proven complete all the same.',
  shape: oneOf(['shown', 'withheld']),
};

export const HISTORY_FILE_ANSWER: Answer = {
  description: 'The whole history, a chartseal-history/1 file, which anybody can verify.',
  content: { type: 'application/json', shape: anything() },
  headers: { 'Content-Disposition': 'attachment, with a name that names nobody.' },
};

function withheldMembers({ values }: ApiRequest): readonly string[] {
  const given = values['withhold'];
  return given === undefined ? [] : String(given).split(',');
}

const files = new OneAtATime(MAX_HISTORIES_OF_ONE);

/**
 * Verified before it leaves the house, as its receiver will. Throws NOT_PROVEN_YET, TOO_LARGE,
 * RATE_LIMITED.
 */
export async function historyFile(
  request: ApiRequest,
  hospital: Hospital,
  query: HistoryQuery,
  withheld: readonly string[] = [],
): Promise<Uint8Array> {
  const isBare = request.values['entries'] === 'withheld';
  const { recordKey } = hospital.context.secrets;
  return files.take(request, async () =>
    historyBytes(await hospital.histories.make(query, isBare), {
      withheld: [...withheldMembers(request), ...withheld],
      gone: request.gone,
      check: { ...ownTrust(hospital), trustFile: hospital.trustFile(), recordKey },
    }),
  );
}

export function answerHistoryFile(bytes: Uint8Array, name: string): ApiAnswer {
  const headers = { 'Content-Disposition': `attachment; filename="${name}"` };
  return { status: 200, type: 'application/json', headers, body: bytes };
}
