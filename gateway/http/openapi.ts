// The OpenAPI 3.1 document, made from the rows of the table of routes: the same shapes that check
// what comes in, the same table of errors that goes out.
import type { JsonValue } from '../../chaincode/core/json.js';
import type { Shape } from '../../chaincode/core/shape.js';
import { FHIR_TYPE } from './fhir/refusal.js';
import { type JsonSchema, jsonSchema, type Refer } from './json-schema.js';
import { exampleOf } from './openapi-examples.js';
import { NAMED_SHAPES } from './openapi-names.js';
import {
  BEFORE_ROUTES,
  outcomeSchema,
  problemSchema,
  refusalResponses,
  refusalsOf,
} from './openapi-refusals.js';
import type { Answer, Body, MediaType, Parameter, Route } from './route.js';

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

const refer: Refer = (shape) => {
  const named = NAMED_SHAPES.get(shape);
  return named === undefined ? undefined : { $ref: `#/components/schemas/${named.name}` };
};

/** On every answer. */
const COMMON_HEADERS: JsonSchema = {
  'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
};

/** OpenAPI has nothing for `{+rest}`: that its slashes are sent as they are stands beside it. */
const openApiPath = (path: string): string => path.replaceAll('{+', '{');

/** Pages, redirects and cookies are for browsers: no program is to rely on them. */
function isPublic({ access, isPage = false }: Route): boolean {
  return access !== 'operator' && !isPage;
}

/** Told by a schema; a form by the names and texts in it. */
const JSON_TYPES: ReadonlySet<MediaType> = new Set([
  'application/json',
  'application/fhir+json',
  FHIR_TYPE,
  'application/x-www-form-urlencoded',
]);

/** JSON lines and bytes have no schema of their own in 3.1: a line's stands beside. */
function contentOf(type: MediaType, shape: Shape | undefined): JsonSchema {
  if (JSON_TYPES.has(type)) {
    if (shape === undefined) return { schema: {} };
    const example = NAMED_SHAPES.get(shape)?.example ?? exampleOf(shape);
    return { schema: jsonSchema(shape, refer), example };
  }
  if (type !== 'application/x-ndjson' || shape === undefined) {
    if (type === 'application/octet-stream') return {};
    return { schema: { type: 'string' } };
  }
  return {
    schema: {
      type: 'string',
      contentMediaType: 'application/x-ndjson',
      description: 'One JSON value on each line, as `x-line-schema` has it.',
    },
    example: `${JSON.stringify(exampleOf(shape))}\n`,
    'x-line-schema': jsonSchema(shape, refer),
  };
}

function parameterOf(one: Parameter, path: string): JsonSchema {
  const { in: place, name, description, shape, required, onlyWith } = one;
  const where = onlyWith === undefined ? '' : ` Only with \`${onlyWith}\`.`;
  const keepsSlashes = place === 'path' && path.includes(`{+${name}}`);
  const how = keepsSlashes ? ' Its slashes are sent as they are, not as `%2F`.' : '';
  return {
    name,
    in: place,
    description: description + where + how,
    ...(keepsSlashes ? { 'x-slashes': true } : {}),
    required: place === 'path' || required === true,
    schema: place === 'header' ? headerSchema(shape, name) : jsonSchema(shape, refer),
    example: exampleOf(shape, name),
  };
}

/** Many a program that makes requests cannot make a header of a pattern: the example is one. */
function headerSchema(shape: Shape, name: string): JsonSchema {
  const schema = jsonSchema(shape, refer);
  if (schema['pattern'] === undefined) return schema;
  const example = { type: 'string', enum: [exampleOf(shape, name)] };
  return { type: 'string', anyOf: [example, schema] };
}

const PREFER: JsonSchema = {
  name: 'Prefer',
  in: 'header',
  description:
    '`wait=N` (RFC 7240) waits up to N seconds, at most 30, until the entry is proven. A preference that cannot be read is passed over.',
  required: false,
  schema: { type: 'string' },
  example: 'wait=5',
};

/** OpenAPI passes over a parameter of the first name; the second is there to be refused. */
const UNTOLD: ReadonlySet<string> = new Set(['Accept', 'If-None-Exist']);

function parametersOf(route: Route): JsonSchema[] {
  const told = (route.parameters ?? []).filter(({ name }) => !UNTOLD.has(name));
  const own = told.map((one) => parameterOf(one, route.path));
  return route.waits === true ? [...own, PREFER] : own;
}

/** A document of no bytes is refused. */
const DOCUMENT: JsonSchema = {
  schema: { type: 'string', contentMediaType: 'application/octet-stream', minLength: 1 },
};

function bodyOf(bodies: NonNullable<Route['bodies']>): JsonSchema {
  const entries = Object.entries(bodies) as [MediaType, Body][];
  const content = entries.map(([type, { shape }]): [string, JsonValue] => [
    type,
    type === 'application/octet-stream' ? DOCUMENT : contentOf(type, shape),
  ]);
  return {
    required: true,
    description: entries
      .map(([type, { description }]) => `\`${type}\`: ${description}`)
      .join('\n\n'),
    content: Object.fromEntries(content),
  };
}

const headersOf = (headers: NonNullable<Answer['headers']>, required: boolean): JsonSchema =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, required, schema: { type: 'string' } },
    ]),
  );

function answerOf({ description, content, headers = {}, rarerHeaders = {} }: Answer): JsonSchema {
  return {
    description,
    headers: {
      ...COMMON_HEADERS,
      ...headersOf(headers, true),
      ...headersOf(rarerHeaders, false),
    },
    ...(content === undefined
      ? {}
      : { content: { [content.type]: contentOf(content.type, content.shape) } }),
  };
}

function rolesOf({ access }: Route): JsonValue {
  if (access === 'open' || access === 'operator') return access;
  return { own: [...access.own], others: [...(access.others ?? [])] };
}

/** Who may call, in words. */
function callersOf({ access }: Pick<Route, 'access'>): string {
  if (access === 'open') return 'anybody, without credentials';
  if (access === 'operator') return 'commands beside the gateway';
  const others = access.others ?? [];
  const own = `${access.own.join(', ')} of the organisation that runs this gateway`;
  return others.length === 0 ? own : `${own}; ${others.join(', ')} of any member`;
}

/** A status may be an answer and a refusal: then it has a body of one type or of the other. */
function merged(answers: JsonSchema, refusals: JsonSchema): JsonSchema {
  const both = Object.keys(answers).filter((status) => status in refusals);
  const joined = both.map((status): [string, JsonValue] => {
    const [answer, refusal] = [answers[status] as JsonSchema, refusals[status] as JsonSchema];
    return [
      status,
      {
        description: `${answer['description']}\n\n${refusal['description']}`,
        headers: COMMON_HEADERS,
        content: { ...(answer['content'] as object), ...(refusal['content'] as object) },
      },
    ];
  });
  return { ...answers, ...refusals, ...Object.fromEntries(joined) };
}

function operationOf(route: Route): JsonSchema {
  const parameters = parametersOf(route);
  const answers = Object.entries(route.answers).map(([status, answer]): [string, JsonValue] => [
    status,
    answerOf(answer),
  ]);
  const words = [route.description, `May be called by ${callersOf(route)}.`];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: words.filter((part) => part !== undefined).join('\n\n'),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.bodies === undefined ? {} : { requestBody: bodyOf(route.bodies) }),
    responses: merged(Object.fromEntries(answers), refusalResponses(route, COMMON_HEADERS)),
    security: route.access === 'open' ? [] : [{ token: [] }, { certificate: [] }],
    'x-roles': rolesOf(route),
  };
}

function pathsOf(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operationOf(route);
  }
  return paths;
}

const SECURITY_SCHEMES: JsonSchema = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'Token of an OpenID Connect issuer that this gateway is configured for; people log in, systems use client credentials.',
  },
  certificate: {
    type: 'mutualTLS',
    description: 'Client certificate, on the listener for systems.',
  },
};

/** The public document: routes for commands beside the gateway and for pages are not in it. */
export function openApiDocument(routes: readonly Route[], info: ApiInfo): JsonSchema {
  const rows = routes.filter(isPublic);
  const codes = [...new Set([...BEFORE_ROUTES, ...rows.flatMap(refusalsOf)])].sort();
  const named = [...NAMED_SHAPES].map(([shape, { name, publish }]): [string, JsonValue] => {
    const schema = jsonSchema(shape, (inner) => (inner === shape ? undefined : refer(inner)));
    return [name, publish === undefined ? schema : publish(schema)];
  });
  return {
    openapi: '3.1.0',
    info: { ...info, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(rows.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: pathsOf(rows),
    components: {
      schemas: {
        ...Object.fromEntries(named),
        OperationOutcome: outcomeSchema(codes),
        Problem: problemSchema(codes),
      },
      headers: {
        'X-Request-Id': {
          description: 'Id of this request, as it stands in the log of the gateway.',
          required: true,
          schema: { type: 'string', format: 'uuid' },
        },
      },
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
