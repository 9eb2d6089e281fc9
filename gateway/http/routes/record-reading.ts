// What is known of records: the newest version, all of them, their receipts, the record's history.
// A system sees what it submitted itself; of the rest it does not learn that it is there.
import { RECORD_MEMBERS } from '../../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject } from '../../../chaincode/core/json.js';
import { integer, list, object } from '../../../chaincode/core/shape.js';
import { RecordReading, type RecordVersion } from '../../services/record-reading.js';
import { RECEIPT_ANSWER } from '../accepting.js';
import { answerHistoryFile, HISTORY_FILE_ANSWER, historyFile, WITHHOLD } from '../history-file.js';
import { answerReceipt } from '../receipt-answer.js';
import { RECORD_SHAPE, recordView, VERSION_SHAPE, versionView } from '../record-view.js';
import type { Access, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, entriesOf, readsAll } from '../visibility.js';

const READERS: Access = { own: ['archivist', 'auditor', 'source-system'] };
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;
const TAG = 'Records';

const ID: Parameter = {
  in: 'path',
  name: 'id',
  description: 'Identifier of the record, percent-encoded, slashes too.',
  shape: RECORD_MEMBERS.id,
};

const integerQuery = (name: string, description: string, min: number, max?: number): Parameter => ({
  in: 'query',
  name,
  description,
  shape: integer({ min, ...(max === undefined ? {} : { max }) }),
});

const readingOf = ({ hospital }: GatewayServices) =>
  new RecordReading({ store: hospital.store, labels: hospital.sequencer.labels });

function absent(): never {
  throw new ChartsealError('NOT_FOUND', 'there is no such record, or no such version of it');
}

async function findVersion(request: ApiRequest, services: GatewayServices): Promise<RecordVersion> {
  const { id, version } = request.values;
  const isVisible = entriesOf(callerOf(request));
  const wanted = version === undefined ? undefined : Number(version);
  return (await readingOf(services).find(String(id), isVisible, wanted)) ?? absent();
}

async function pageOfVersions(request: ApiRequest, services: GatewayServices): Promise<JsonObject> {
  const { id, cursor, limit = DEFAULT_LIMIT } = request.values;
  const isVisible = entriesOf(callerOf(request));
  const before = cursor === undefined ? undefined : Number(cursor);
  const versions: JsonObject[] = [];
  let last = 0;
  for await (const found of readingOf(services).versions(String(id), isVisible, before)) {
    if (versions.length === Number(limit)) return { versions, next: last };
    versions.push(versionView(services.hospital, found));
    last = found.sequence;
  }
  return versions.length === 0 && cursor === undefined ? absent() : { versions };
}

export const RECORD_READING_ROUTES: readonly Route[] = [
  {
    operationId: 'readRecord',
    method: 'GET',
    path: '/v1/records/{id}',
    tag: TAG,
    summary: 'The newest version of a record.',
    access: READERS,
    parameters: [ID],
    answers: {
      200: {
        description: 'What is known of it; versions counts them.',
        content: { type: 'application/json', shape: RECORD_SHAPE },
      },
    },
    refusals: ['NOT_FOUND'],
    async handle(request, services) {
      const found = await findVersion(request, services);
      const versions = readingOf(services).countVersions(found.entry.record.id);
      return { status: 200, body: recordView(services.hospital, found, versions) };
    },
  },
  {
    operationId: 'readRecordVersions',
    method: 'GET',
    path: '/v1/records/{id}/versions',
    tag: TAG,
    summary: 'The versions of a record, the newest first.',
    access: READERS,
    parameters: [
      ID,
      integerQuery('cursor', 'The member next of the page before.', 1),
      integerQuery('limit', `Versions of one page, ${DEFAULT_LIMIT} by default.`, 1, MAX_LIMIT),
    ],
    answers: {
      200: {
        description: 'One page.',
        content: {
          type: 'application/json',
          shape: object({
            versions: list(VERSION_SHAPE, { max: MAX_LIMIT }),
            'next?': integer({ min: 1 }),
          }),
        },
      },
    },
    refusals: ['NOT_FOUND'],
    handle: async (request, services) => ({
      status: 200,
      body: await pageOfVersions(request, services),
    }),
  },
  {
    operationId: 'readRecordReceipt',
    method: 'GET',
    path: '/v1/records/{id}/receipt',
    tag: TAG,
    summary: 'The receipt of a version of a record.',
    access: READERS,
    parameters: [ID, integerQuery('version', 'The newest when it is left out.', 1)],
    answers: { 200: RECEIPT_ANSWER },
    refusals: ['NOT_FOUND', 'NOT_PROVEN_YET', 'LOG_STOPPED', 'STORE_CORRUPT'],
    waits: true,
    handle: async (request, services) =>
      answerReceipt(request, services, (await findVersion(request, services)).ordinal),
  },
  {
    operationId: 'readRecordHistory',
    method: 'GET',
    path: '/v1/records/{id}/history',
    tag: TAG,
    summary: 'What became of a record, whole, with its proof; also that it never was.',
    access: READERS,
    parameters: [ID, WITHHOLD],
    answers: { 200: HISTORY_FILE_ANSWER },
    refusals: ['NOT_FOUND', 'NOT_PROVEN_YET', 'TOO_LARGE', 'STORE_CORRUPT'],
    async handle(request, services) {
      const record = String(request.values['id']);
      const caller = callerOf(request);
      const isVisible = entriesOf(caller);
      const isAllVisible =
        readsAll(caller) || (await readingOf(services).isAllVisible(record, isVisible));
      if (!isAllVisible) absent();
      const bytes = await historyFile(request, services.hospital, { record });
      return answerHistoryFile(bytes, 'record-history.json');
    },
  },
];
