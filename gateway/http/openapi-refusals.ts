// Refusals in the OpenAPI document: which codes a route may answer, by status; their one schema.
import { STATUS_CODES } from 'node:http';
import { ChartsealError, ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { ERROR_CODE_SYSTEM, outcomeOfError } from '../fhir/operation-outcome.js';
import { FHIR_TYPE, isFhirTarget } from './fhir/refusal.js';
import type { JsonSchema } from './json-schema.js';
import type { Route } from './route.js';

/** A 500 is a fault of the gateway, so no operation lists it: nobody can rely on UNEXPECTED. */
const isPublic = (code: ErrorCode): boolean => ERROR_CODES[code].status !== 500;

/** Of any request: queries and bodies that a route does not know, credentials that are no good. */
const ALWAYS: readonly ErrorCode[] = [
  'BAD_INPUT',
  'UNAUTHENTICATED',
  'IDENTITY_PROVIDER_UNREACHABLE',
  'RATE_LIMITED',
  'SHUTTING_DOWN',
];

/** Of requests that come to no route at all. */
export const BEFORE_ROUTES: readonly ErrorCode[] = ['NO_ROUTE', 'METHOD_NOT_ALLOWED', 'TOO_LARGE'];

/** Every code that this route may answer, in the order of the table of errors. */
export function refusalsOf(route: Route): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([...ALWAYS, ...(route.refusals ?? [])]);
  if (route.access !== 'open') codes.add('ACCESS_DENIED');
  // An empty value in a path makes it another path, which may be none.
  if (route.path.includes('{')) codes.add('NO_ROUTE');
  if (route.bodies !== undefined) {
    codes.add('WRONG_MEDIA_TYPE').add('TOO_LARGE').add('REQUEST_TIMEOUT');
    if ('application/json' in route.bodies) codes.add('BAD_JSON');
  }
  const all = Object.keys(ERROR_CODES) as ErrorCode[];
  return all.filter((code) => codes.has(code) && isPublic(code));
}

const HEADERS_TOO_LARGE = 431;
const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457; the one body of all refusals. */
export function problemSchema(codes: readonly ErrorCode[]): JsonSchema {
  const members = {
    type: { type: 'string', const: 'about:blank' },
    title: { type: 'string', description: 'Text of the status.' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    code: { type: 'string', enum: [...codes], description: 'The same codes as of the program.' },
    detail: { type: 'string', description: 'What is wrong; names members, never their values.' },
    hint: { type: 'string', description: 'What to do next.' },
    instance: {
      type: 'string',
      pattern: '^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      description: "Id of the request, as it stands in the gateway's log and in X-Request-Id.",
    },
  };
  return {
    type: 'object',
    properties: members,
    required: Object.keys(members),
    additionalProperties: false,
  };
}

/** How refusals look where FHIR is spoken. */
export function outcomeSchema(codes: readonly ErrorCode[]): JsonSchema {
  const coding = {
    type: 'object',
    properties: {
      system: { type: 'string', const: ERROR_CODE_SYSTEM },
      code: { type: 'string', enum: [...codes], description: 'The same codes as of the program.' },
    },
    required: ['system', 'code'],
    additionalProperties: false,
  };
  const issue = {
    type: 'object',
    properties: {
      severity: { type: 'string', enum: ['error', 'warning', 'information'] },
      code: { type: 'string', description: 'Of the value set issue-type.' },
      details: {
        type: 'object',
        properties: { coding: { type: 'array', items: coding }, text: { type: 'string' } },
        required: ['text'],
        additionalProperties: false,
      },
      diagnostics: { type: 'string', description: 'What to do next.' },
      expression: { type: 'array', items: { type: 'string' }, description: 'The element.' },
    },
    required: ['severity', 'code', 'details'],
    additionalProperties: false,
  };
  return {
    type: 'object',
    properties: {
      resourceType: { type: 'string', const: 'OperationOutcome' },
      issue: { type: 'array', items: issue },
    },
    required: ['resourceType', 'issue'],
    additionalProperties: false,
  };
}

const EXAMPLE_DETAIL = 'what exactly is wrong';

function outcomesOf(codes: readonly ErrorCode[]): JsonSchema {
  const example = (code: ErrorCode) => ({
    value: outcomeOfError(new ChartsealError(code, EXAMPLE_DETAIL)) as unknown as JsonObject,
  });
  return Object.fromEntries(codes.map((code) => [code, example(code)]));
}

/** An example for each code of this status. */
function examplesOf(status: number, codes: readonly ErrorCode[]): JsonSchema {
  const example = (code: ErrorCode) => ({
    value: {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? '',
      status,
      code,
      detail: EXAMPLE_DETAIL,
      hint: ERROR_CODES[code].hint,
      instance: 'urn:uuid:2f1c9a52-7a70-4f4e-9a6a-0d5f6f4f7b11',
    },
  });
  return Object.fromEntries(codes.map((code) => [code, example(code)]));
}

const text = (description: string, pattern?: string): JsonSchema => ({
  description,
  required: true,
  schema: { type: 'string', ...(pattern === undefined ? {} : { pattern }) },
});

function headersOf(status: number): JsonSchema {
  if (status === 401) return { 'WWW-Authenticate': text('How to authenticate.', '^Bearer') };
  if (status !== 429 && status !== 503) return {};
  return { 'Retry-After': text('Seconds to wait before the next try.', '^[1-9][0-9]*$') };
}

interface RefusalFacts {
  readonly codes: readonly ErrorCode[];
  readonly common: JsonSchema;
  readonly isFhir: boolean;
}

function refusal(status: number, { codes, common, isFhir }: RefusalFacts): JsonSchema {
  const lines = codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].hint}`);
  const narrowed = {
    type: 'object',
    properties: { status: { const: status }, code: { enum: [...codes] } },
  };
  return {
    description: lines.join('\n\n'),
    headers: { ...common, ...headersOf(status) },
    content: isFhir
      ? {
          [FHIR_TYPE]: {
            schema: { $ref: '#/components/schemas/OperationOutcome' },
            examples: outcomesOf(codes),
          },
        }
      : {
          [PROBLEM_TYPE]: {
            schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, narrowed] },
            examples: examplesOf(status, codes),
          },
        },
  };
}

/** Responses by status. `common` are the headers of every answer. */
export function refusalResponses(route: Route, common: JsonSchema): JsonSchema {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of refusalsOf(route)) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  // Of any request: its line and headers are too large to come as far as a route.
  byStatus.set(HEADERS_TOO_LARGE, ['TOO_LARGE']);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      // Before anything of a request is known, nor in which language it asks.
      const isFhir = status !== HEADERS_TOO_LARGE && isFhirTarget(route.path);
      return [status, refusal(status, { codes, common, isFhir })];
    }),
  );
}
