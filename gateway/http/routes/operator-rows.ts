// Routes for commands beside a gateway that answer row by row, while what they are about still
// arrives.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import { namedError } from '../../client/refusal.js';
import { formatAnswer, readValues } from '../../client/rows.js';
import {
  FILE_ROW,
  faultOf,
  IMPORT_ROW,
  INGEST_OPTIONS,
  sent,
  WAIT,
  type WireFault,
} from '../../client/wire.js';
import { type ImportOutcome, importAccess } from '../../services/access-import.js';
import type { DigestResult } from '../../services/digest.js';
import type { Hospital } from '../../services/hospital.js';
import { Ingest, type IngestOptions, type IngestOutcome } from '../../services/ingest.js';
import type { JsonLine } from '../../services/json-lines.js';
import type { WalkedFile } from '../../services/walk.js';
import type { ApiAnswer, ApiRequest, Route } from '../route.js';
import { operatorOf, operatorRoute } from './operator.js';

type Rows = AsyncGenerator<readonly object[], object>;

export const LINES = 'application/x-ndjson';

/** Answers row by row; what goes wrong on the way stands in the last row. */
export const answerRows = (rows: Rows, signal?: AbortSignal): ApiAnswer => ({
  status: 200,
  type: LINES,
  body: formatAnswer(rows, signal),
});

export const ROWS: Route['answers'] = {
  200: { description: 'Rows as they come, the last says how it ended.', content: { type: LINES } },
};

interface ImportRow {
  readonly line: number;
  readonly value?: JsonValue;
  readonly error?: WireFault;
}

async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<JsonLine> {
  for await (const values of readValues(stream)) {
    for (const one of values) {
      const { line: number, value = null, error } = sent<ImportRow>(IMPORT_ROW, one);
      if (error === undefined) yield { number, value };
      else yield { number, error: namedError(error.code, error.message) };
    }
  }
}

function importedRow(outcome: ImportOutcome): JsonObject {
  const { line } = outcome;
  if ('error' in outcome) return { line, error: { ...faultOf(outcome.error) } };
  const { leafHash, duplicate, ordinal } = outcome.accepted;
  return { line, leafHash: encodeHex(leafHash), duplicate, ordinal };
}

async function* importRows(request: ApiRequest, hospital: Hospital): Rows {
  const by = operatorOf(request, hospital);
  for await (const outcome of importAccess(hospital, linesOf(request.stream), by)) {
    yield [importedRow(outcome)];
  }
  return {};
}

/** A file as the command found it, which knows it by its line. */
interface SentFile extends WalkedFile {
  readonly line: number;
  readonly id: string;
}

interface FileRow {
  readonly line: number;
  readonly path: string;
  readonly name?: string;
  readonly id?: string;
  readonly digest?: string;
  readonly size?: number;
  readonly modifiedAtMs?: number;
  readonly error?: WireFault;
}

function digestOf(value: JsonValue): DigestResult {
  const { line, path, name = '', id, ...found } = sent<FileRow>(FILE_ROW, value);
  const { digest, size, modifiedAtMs: mtimeMs, error } = found;
  const file: SentFile = {
    kind: 'file',
    path: Buffer.from(path, 'base64'),
    relative: name,
    folder: '',
    line,
    id: id ?? '',
  };
  if (error !== undefined) return { file, error: namedError(error.code, error.message) };
  if (id === undefined || digest === undefined || size === undefined || mtimeMs === undefined) {
    throw new ChartsealError('BAD_INPUT', 'a row of a file lacks a member');
  }
  return { file, digest, size, mtimeMs };
}

function ingestedRow(outcome: IngestOutcome): JsonObject {
  const { line } = outcome.file as SentFile;
  if (outcome.state === 'failed') return { line, error: { ...faultOf(outcome.error) } };
  const { state, version, ordinal } = outcome;
  return { line, state, version, ordinal };
}

async function* ingestRows(request: ApiRequest, hospital: Hospital): Rows {
  const values = readValues(request.stream);
  const { value: first = [] } = await values.next();
  const [options, ...files] = first as readonly JsonValue[];
  if (options === undefined) throw new ChartsealError('BAD_INPUT', 'the first row is missing');
  async function* batches() {
    yield files.map(digestOf);
    for await (const more of values) yield more.map(digestOf);
  }
  const ingest = new Ingest(hospital, {
    ...sent<Pick<IngestOptions, 'category' | 'patient' | 'moved'>>(INGEST_OPTIONS, options),
    by: operatorOf(request, hospital),
    recordId: (file) => (file as SentFile).id,
  });
  for await (const outcomes of ingest.run(batches())) yield outcomes.map(ingestedRow);
  return {};
}

async function* waitRows({ signal }: ApiRequest, waitMs: number, { sequencer }: Hospital): Rows {
  const { accepted } = sequencer.counts;
  // There is nothing to tell before the end.
  yield [];
  return { isProven: await sequencer.waitProvenUpTo(accepted - 1, waitMs, signal) };
}

export const OPERATOR_ROW_ROUTES: readonly Route[] = [
  operatorRoute({
    operationId: 'operatorImport',
    method: 'POST',
    path: '/operator/v1/access-events/import',
    summary: 'Accept access events as they come, each answered for in its turn.',
    bodies: { [LINES]: { description: 'Lines of an import.', shape: IMPORT_ROW } },
    answers: ROWS,
    handle: async (request, { hospital }) =>
      answerRows(importRows(request, hospital), request.signal),
  }),
  operatorRoute({
    operationId: 'operatorIngest',
    method: 'POST',
    path: '/operator/v1/ingest',
    summary: 'Anchor files that a command digested.',
    bodies: { [LINES]: { description: 'Options, then a row for each file.' } },
    answers: ROWS,
    handle: async (request, { hospital }) =>
      answerRows(ingestRows(request, hospital), request.signal),
  }),
  operatorRoute({
    operationId: 'operatorProven',
    method: 'POST',
    path: '/operator/v1/proven',
    summary: 'Wait until everything accepted by now is proven.',
    bodies: { 'application/json': { description: 'How long.', shape: WAIT } },
    answers: ROWS,
    handle: async (request, { hospital }) => {
      const { waitMs } = (await request.json()) as unknown as { waitMs: number };
      return answerRows(waitRows(request, waitMs, hospital), request.signal);
    },
  }),
];
