// What came from each source, and refused events that are kept aside: what they hold is health
// data, which is given out one by one.
import { encodeBase64 } from '../../../chaincode/core/bytes.js';
import { integer } from '../../../chaincode/core/shape.js';
import { FEED_REPORT, REFUSED_EVENT, REFUSED_PAGE } from '../../client/wire-feed.js';
import { refusedPage } from '../../services/door/feed-door.js';
import { MAX_PAGE_LETTERS } from '../../services/feed/limits.js';
import { feedReport, refusedReport } from '../../services/feed/report.js';
import { answerJson, describeJson } from '../json-answer.js';
import type { Parameter, Route } from '../route.js';

const TAG = 'feeds';
const PAGE = 100;

const FROM: Parameter = {
  in: 'query',
  name: 'from',
  description: 'Number to begin with; `next` of the page before.',
  shape: integer(),
};
const LIMIT: Parameter = {
  in: 'query',
  name: 'limit',
  description: `How many at most; ${PAGE} when it is left out.`,
  shape: integer({ min: 1, max: MAX_PAGE_LETTERS }),
};
const ID: Parameter = {
  in: 'path',
  name: 'id',
  description: 'Number of the refused event.',
  shape: integer({ min: 1 }),
};

export const FEED_ROUTES: readonly Route[] = [
  {
    operationId: 'readFeeds',
    method: 'GET',
    path: '/v1/feeds',
    tag: TAG,
    summary:
      'What came from each source: how much, what of it was refused and why, when it was silent',
    description:
      'Counts of all events that were ever sent, by the way that they took, `source.system` and sender. An event that is sent again is counted again. Silence is measured by the clock of the gateway, which may have been off meanwhile.',
    access: { own: ['admin', 'archivist', 'auditor'] },
    answers: { 200: describeJson('Counts by source, and what is kept aside.', FEED_REPORT) },
    refusals: ['FEED_FAILED', 'FEED_CORRUPT'],
    handle: async (_request, { hospital }) =>
      answerJson(feedReport(await hospital.feed.status(), Date.now())),
  },
  {
    operationId: 'listRefused',
    method: 'GET',
    path: '/v1/feeds/refused',
    tag: TAG,
    summary: 'Refused events that are kept aside, each with its cause',
    description: 'Without what they hold. They go when they are replayed, or given up.',
    access: { own: ['admin', 'archivist'] },
    parameters: [FROM, LIMIT],
    answers: { 200: describeJson('Oldest first; `next` goes on.', REFUSED_PAGE) },
    refusals: ['FEED_FAILED', 'FEED_CORRUPT'],
    handle: async ({ values }, { hospital }) => {
      const { from = 0, limit = PAGE } = values as { from?: number; limit?: number };
      return answerJson(await refusedPage(hospital, from, limit));
    },
  },
  {
    operationId: 'readRefused',
    method: 'GET',
    path: '/v1/feeds/refused/{id}',
    tag: TAG,
    summary: 'A refused event with the bytes that came',
    description: 'Its content is health data.',
    access: { own: ['admin', 'archivist'] },
    parameters: [ID],
    answers: {
      200: describeJson('What is known of it, and its content in base64.', REFUSED_EVENT),
    },
    refusals: ['NOT_FOUND', 'FEED_FAILED', 'FEED_CORRUPT'],
    handle: async ({ values }, { hospital }) => {
      const { facts, bytes } = await hospital.feed.readLetter(values['id'] as number);
      return answerJson({ ...refusedReport(facts), content: encodeBase64(bytes) });
    },
  },
];
