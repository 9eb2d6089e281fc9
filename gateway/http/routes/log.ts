// The log as auditors, mirrors and witnesses follow it: checkpoints, consistency, leaves, and what
// is needed to believe them. Only what is proven; everything is checked against the tree first.
import { decodeBase64, encodeBase64, encodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { JsonObject } from '../../../chaincode/core/json.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { anything, integer, text } from '../../../chaincode/core/shape.js';
import { formatVerifierKey } from '../../../chaincode/core/signed-note.js';
import { LEAF_ROW } from '../../client/wire.js';
import { CONSISTENCY_SHAPE } from '../../evidence/consistency-proof.js';
import type { LogReading, SignedCheckpoint, TreeLeaf } from '../../services/log-reading.js';
import type { Access, ApiAnswer, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';

/** Leaves tell a lasting pseudonym per patient: they are for the consortium. */
export const LEAF_READERS: Access = {
  own: ['auditor', 'archivist', 'admin'],
  others: ['auditor'],
};

const TEXT = 'text/plain; charset=utf-8';
const LINES = 'application/x-ndjson';
/** Lines of one piece of a stream. */
const LINES_AT_ONCE = 256;

const IF_NONE_MATCH: Parameter = {
  in: 'header',
  name: 'If-None-Match',
  description: 'ETag of the checkpoint that the caller has; the star for any.',
  shape: text({ min: 0, max: 4096 }),
};

const query = (name: string, description: string, min = 0, required = false): Parameter => ({
  in: 'query',
  name,
  description,
  shape: integer({ min }),
  required,
});

const path = (name: string, description: string): Parameter => ({
  in: 'path',
  name,
  description,
  shape: integer(),
});

function leafRow({ index, leaf, leafHash }: TreeLeaf): JsonObject {
  return { index, leaf: encodeBase64(leaf), leafHash: encodeHex(leafHash) };
}

function answerCheckpoint({ checkpoint }: SignedCheckpoint, request: ApiRequest): ApiAnswer {
  const bytes = utf8(checkpoint);
  const tag = `"${encodeHex(sha256(bytes))}"`;
  const headers = { 'Cache-Control': 'no-cache', ETag: tag };
  const given = String(request.values['If-None-Match'] ?? '').trim();
  // The star is any checkpoint at all (RFC 9110 section 13.1.2).
  const isKnown = given.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
  if (isKnown || given === '*') return { status: 304, headers };
  return { status: 200, type: TEXT, headers, body: bytes };
}

/** A start beyond the end is a refusal, so it must be known before the status is sent. */
async function* leafLines(
  log: LogReading,
  from: number,
  count: number | undefined,
): AsyncGenerator<Uint8Array> {
  let lines: string[] = [];
  for await (const leaf of log.leaves(from, count)) {
    lines.push(`${JSON.stringify(leafRow(leaf))}\n`);
    if (lines.length < LINES_AT_ONCE) continue;
    yield utf8(lines.join(''));
    lines = [];
  }
  if (lines.length > 0) yield utf8(lines.join(''));
}

async function streamLeaves({ values }: ApiRequest, { hospital }: GatewayServices) {
  const { log } = hospital;
  const from = values['from'] as number | undefined;
  const count = values['count'] as number | undefined;
  const { size } = log;
  if (from !== undefined && from >= size) {
    const message = `the log has ${size} proven leaves, so none has the index ${from}`;
    throw new ChartsealError('NOT_FOUND', message);
  }
  // Of an empty log, all leaves are none.
  const body = size === 0 ? utf8('') : leafLines(log, from ?? 0, count);
  return { status: 200, type: LINES, body } as const;
}

async function readLeaf({ values }: ApiRequest, { hospital }: GatewayServices): Promise<ApiAnswer> {
  for await (const leaf of hospital.log.leaves(values['index'] as number, 1)) {
    return { status: 200, body: leafRow(leaf) };
  }
  throw new ChartsealError('NOT_FOUND', 'the log has no leaf of this index');
}

async function proveConsistency({ values }: ApiRequest, { hospital }: GatewayServices) {
  const to = values['to'] as number | undefined;
  const proof = await hospital.log.proveConsistency(values['from'] as number, to);
  const { size1, root1, path: hashes, newer } = proof;
  const body = {
    size1,
    root1: encodeHex(root1),
    size2: newer.size,
    root2: encodeHex(newer.root),
    path: hashes.map(encodeBase64),
    checkpoint: newer.checkpoint,
  };
  return { status: 200, body };
}

function verifierKey({ hospital }: GatewayServices): string {
  const { origin, noteKey } = hospital.context.registration;
  return formatVerifierKey(origin, decodeBase64(noteKey, 'note key', HASH_BYTES));
}

const CHECKPOINT_ANSWERS: Route['answers'] = {
  200: {
    description: 'The checkpoint as a C2SP signed note.',
    content: { type: TEXT },
    headers: { ETag: 'Digest of the note.' },
  },
  304: { description: 'The caller has it.', headers: { ETag: 'Digest of the note.' } },
};

const row = (
  route: Pick<Route, 'operationId' | 'path' | 'summary' | 'answers' | 'handle'> & Partial<Route>,
): Route => ({ method: 'GET', tag: 'log', access: 'open', ...route });

export const LOG_ROUTES: readonly Route[] = [
  row({
    operationId: 'readCheckpoint',
    path: '/v1/log/checkpoint',
    summary: 'The newest proven checkpoint.',
    parameters: [IF_NONE_MATCH],
    answers: CHECKPOINT_ANSWERS,
    refusals: ['NOT_PROVEN_YET'],
    handle: async (request, { hospital }) =>
      answerCheckpoint(await hospital.log.readCheckpoint(), request),
  }),
  row({
    operationId: 'readCheckpointOfSize',
    path: '/v1/log/checkpoint/{size}',
    summary: 'The checkpoint of a size that was attested.',
    parameters: [path('size', 'Leaves in the tree.'), IF_NONE_MATCH],
    answers: CHECKPOINT_ANSWERS,
    refusals: ['NOT_PROVEN_YET', 'NOT_FOUND'],
    handle: async (request, { hospital }) =>
      answerCheckpoint(
        await hospital.log.readCheckpoint(request.values['size'] as number),
        request,
      ),
  }),
  row({
    operationId: 'proveConsistency',
    path: '/v1/log/consistency',
    summary: 'Proof that the log only grew between two sizes.',
    parameters: [
      query('from', 'The smaller size.', 0, true),
      query('to', 'An attested size; the newest by default.'),
    ],
    answers: {
      200: {
        description: 'RFC 9162 section 2.1.4: the path, both roots, the signed newer checkpoint.',
        content: { type: 'application/json', shape: CONSISTENCY_SHAPE },
      },
    },
    refusals: ['NOT_PROVEN_YET', 'NOT_FOUND'],
    handle: proveConsistency,
  }),
  row({
    operationId: 'readLeaf',
    path: '/v1/log/leaves/{index}',
    summary: 'One leaf of the tree.',
    access: LEAF_READERS,
    parameters: [path('index', 'Index in the tree, from 0.')],
    answers: {
      200: {
        description: 'The leaf and its hash.',
        content: { type: 'application/json', shape: LEAF_ROW },
      },
    },
    refusals: ['NOT_PROVEN_YET', 'NOT_FOUND'],
    handle: readLeaf,
  }),
  row({
    operationId: 'streamLeaves',
    path: '/v1/log/leaves',
    summary: 'Leaves in the order of the tree, one per line.',
    access: LEAF_READERS,
    parameters: [
      query('from', 'First index; 0 by default.'),
      query('count', 'How many; all that are proven by default.', 1),
    ],
    answers: {
      200: {
        description: 'Submitted and closing leaves, as `chartseal log leaves --json` prints them.',
        content: { type: LINES, shape: LEAF_ROW },
      },
    },
    refusals: ['NOT_PROVEN_YET', 'NOT_FOUND'],
    handle: streamLeaves,
  }),
  row({
    operationId: 'readTrustFile',
    path: '/v1/log/trust',
    summary: 'The trust file as this organisation gives it out.',
    description: 'Not verified until it was compared with that of another organisation.',
    answers: {
      200: {
        description: 'A file of format chartseal-trust/1.',
        content: { type: 'application/json', shape: anything() },
      },
    },
    handle: async (_request, { hospital }) => ({
      status: 200,
      type: 'application/json',
      headers: { 'Cache-Control': 'no-cache' },
      body: hospital.trustFile(),
    }),
  }),
  row({
    operationId: 'readVerifierKey',
    path: '/v1/log/vkey',
    summary: 'The key of the checkpoints, as C2SP tools take it.',
    description: 'Not verified until it was compared with that of a trust file.',
    answers: {
      200: { description: '`name+key id+key`, one line.', content: { type: TEXT } },
    },
    handle: async (_request, services) => ({
      status: 200,
      type: TEXT,
      headers: { 'Cache-Control': 'no-cache' },
      body: utf8(`${verifierKey(services)}\n`),
    }),
  }),
];
