// What those ask who keep the gateway running: whether it lives, whether it is ready, its figures,
// how far the log is, and what the doctor finds.
import type { JsonObject, JsonValue } from '../../../chaincode/core/json.js';
import {
  anything,
  flag,
  integer,
  list,
  object,
  oneOf,
  text,
} from '../../../chaincode/core/shape.js';
import type { Judged, ReadyCheck } from '../../operation/readiness.js';
import { suffices } from '../auth/authorize.js';
import { answerJson, describeJson } from '../json-answer.js';
import type { Access, Route } from '../route.js';

const TAG = 'operation';
const line = text({ min: 0, max: 16_384 });
const name = text({ min: 1, max: 1024 });

const READINESS = object({
  ready: flag(),
  checks: list(object({ name, ok: flag(), 'code?': name, 'sentence?': line, 'nextStep?': line }), {
    max: 4096,
  }),
});

const STATUS = object({
  state: oneOf(['running', 'held', 'stopped', 'ending']),
  log: name,
  logId: name,
  ledger: oneOf(['embedded', 'fabric']),
  accepted: integer(),
  committed: integer(),
  proven: integer(),
  waiting: integer(),
  outboxBound: integer(),
  size: integer(),
  version: name,
  'fixity?': object({ scope: anything(), counts: anything(), startedAt: name, endedAt: name }),
});

const FINDINGS = object({
  findings: list(
    object({
      check: name,
      status: oneOf(['ok', 'warning', 'fault', 'not checked']),
      sentence: line,
      'next?': line,
    }),
    { max: 4096 },
  ),
});

/** Members that are not there are left out, as JSON has it. */
const rowsOf = (rows: readonly object[]): JsonValue =>
  rows.map((row) => ({ ...row })) as unknown as JsonObject[];

/** Sentences name paths of this machine, and peers of other organisations. */
const WHO_MENDS: Access = { own: ['admin', 'archivist'], openLocally: true };

const inFull = (checks: readonly Judged[]): readonly ReadyCheck[] =>
  checks.map(({ isNeeded: _, ...check }) => check);

/** Without the single parts that others make up for. */
const inShort = (checks: readonly Judged[]): readonly Pick<ReadyCheck, 'name' | 'ok' | 'code'>[] =>
  checks
    .filter(({ isNeeded }) => isNeeded)
    .map(({ name: what, ok, code }) => ({
      name: what,
      ok,
      ...(code === undefined ? {} : { code }),
    }));

export const OPERATION_ROUTES: readonly Route[] = [
  {
    operationId: 'isAlive',
    method: 'GET',
    path: '/healthz',
    tag: TAG,
    summary: 'Whether the process lives',
    description: 'Asks nothing and nobody: restart the gateway when this does not answer.',
    access: 'open',
    answers: { 200: describeJson('It lives.', object({ alive: flag() })) },
    handle: async () => answerJson({ alive: true }),
  },
  {
    operationId: 'isReady',
    method: 'GET',
    path: '/readyz',
    tag: TAG,
    summary: 'Whether entries are accepted, committed and proven now',
    description:
      'Each check with its code. On the local listener, and for an administrator or archivist of the own organisation, also with a sentence and the next step, and with the parts of the ledger by name. A check that is not ok while `ready` holds is made up for by others, as one peer of two. While the ledger does not answer, entries are still accepted and kept: a restart mends nothing then.',
    access: 'open',
    answers: {
      200: describeJson('It is ready.', READINESS),
      503: describeJson('It is not; the checks say why.', READINESS),
    },
    handle: async ({ caller, listener }, { health }) => {
      const { ready, checks } = await health.ready();
      const shown = suffices(WHO_MENDS, caller, listener) ? inFull(checks) : inShort(checks);
      return answerJson({ ready, checks: rowsOf(shown) }, ready ? 200 : 503);
    },
  },
  {
    operationId: 'readMetrics',
    method: 'GET',
    path: '/metrics',
    tag: TAG,
    summary: 'Figures for Prometheus',
    description: 'On the local listener without credentials.',
    access: { own: ['admin'], openLocally: true },
    answers: {
      200: { description: 'Text format 0.0.4.', content: { type: 'text/plain; charset=utf-8' } },
    },
    handle: async (_request, { health }) => ({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: Buffer.from(await health.metrics()),
    }),
  },
  {
    operationId: 'readStatus',
    method: 'GET',
    path: '/v1/status',
    tag: TAG,
    summary: 'How far the log is, and whether it is written',
    access: { own: ['archivist', 'admin', 'auditor'] },
    answers: { 200: describeJson('Counts of entries by state; the newest fixity run.', STATUS) },
    handle: async (_request, { health }) => answerJson(health.status()),
  },
  {
    operationId: 'examine',
    method: 'GET',
    path: '/v1/doctor',
    tag: TAG,
    summary: 'What the doctor finds, each with the next step',
    description: 'Looks at everything and changes nothing; takes some seconds.',
    access: { own: ['admin'] },
    answers: { 200: describeJson('One finding for each thing looked at.', FINDINGS) },
    handle: async (_request, { health }) =>
      answerJson({ findings: rowsOf(await health.findings()) }),
  },
];
