// Requests made from an OpenAPI document alone: such as it allows, and such with one fault, for
// each operation. What the document does not say is not known here.
import fc from 'fast-check';
import type { JsonValue } from '../../chaincode/core/json.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { brokenOf, type Resolve, valuesOf } from './schema-values.js';

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly isOpen: boolean;
  readonly parameters: readonly ApiParameter[];
  /** By media type: a schema, and for JSON lines one of each line. */
  readonly bodies: Readonly<Record<string, JsonSchema>>;
  readonly responses: Readonly<Record<string, JsonSchema>>;
}

/** One request as it goes on the wire. */
export interface Sent {
  /** What is asked, in words. */
  readonly what: string;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';
const FHIR_JSON = 'application/fhir+json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const asObject = (value: JsonValue | undefined): JsonSchema => (value ?? {}) as JsonSchema;

export const resolverOf =
  (document: JsonSchema): Resolve =>
  (schema) => {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    const steps = reference.split('/').slice(1);
    return steps.reduce<JsonSchema>((found, step) => asObject(found[step]), document);
  };

export function operationsOf(document: JsonSchema): ApiOperation[] {
  return Object.entries(asObject(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(asObject(methods)).map(([method, value]) => {
      const facts = asObject(value);
      return {
        id: facts['operationId'] as string,
        method: method.toUpperCase(),
        path,
        isOpen: (facts['security'] as readonly JsonValue[]).length === 0,
        parameters: (facts['parameters'] ?? []) as unknown as ApiParameter[],
        bodies: asObject(asObject(facts['requestBody'])['content']) as Record<string, JsonSchema>,
        responses: asObject(facts['responses']) as Record<string, JsonSchema>,
      };
    }),
  );
}

type Given = ReadonlyMap<ApiParameter, string>;

/** HTTP sends no other characters in a header. */
const IN_HEADER = /^(?:[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?$/;
const textOf = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

function parameterText(one: ApiParameter, values: fc.Arbitrary<JsonValue>): fc.Arbitrary<string> {
  const texts = values.map(textOf);
  return one.in === 'header' ? texts.filter((text) => IN_HEADER.test(text)) : texts;
}

function parameterValues(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Given> {
  const each = operation.parameters.map((one) => {
    const text = parameterText(one, valuesOf(one.schema, resolve));
    return one.required ? text : fc.option(text, { nil: undefined });
  });
  return fc.tuple(...each).map((texts) => {
    const given = new Map<ApiParameter, string>();
    operation.parameters.forEach((one, at) => {
      const text = texts[at];
      if (text !== undefined) given.set(one, text);
    });
    return given;
  });
}

/** JSON, JSON lines or bytes that this media type allows. */
function bodyValues(type: string, body: JsonSchema, resolve: Resolve): fc.Arbitrary<Sent['body']> {
  if (type === JSON_TYPE || type === FHIR_JSON) {
    return valuesOf(asObject(body['schema']), resolve).map((value) => JSON.stringify(value));
  }
  if (type === FORM_TYPE) {
    const pair = ([name, value]: [string, JsonValue]): [string, string] => [name, textOf(value)];
    return valuesOf(asObject(body['schema']), resolve).map((value) =>
      new URLSearchParams(Object.entries(value as JsonSchema).map(pair)).toString(),
    );
  }
  if (type !== LINES_TYPE) return fc.uint8Array({ minLength: 1, maxLength: 300 });
  const line = valuesOf(asObject(body['x-line-schema']), resolve);
  return fc
    .array(line, { minLength: 1, maxLength: 3 })
    .map((values) => values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

function requestOf(
  operation: ApiOperation,
  given: Given,
  media: readonly [type: string, body: Sent['body']] | undefined,
  what: string,
): Sent {
  let target = operation.path;
  const query: string[] = [];
  const headers: Record<string, string> = {};
  for (const [one, text] of given) {
    const encoded = encodeURIComponent(text);
    if (one.in === 'path') target = target.replace(`{${one.name}}`, () => encoded);
    else if (one.in === 'query') query.push(`${encodeURIComponent(one.name)}=${encoded}`);
    else headers[one.name] = text;
  }
  if (query.length > 0) target += `?${query.join('&')}`;
  const { method } = operation;
  if (media === undefined) return { what, method, target, headers };
  const [type, body] = media;
  return { what, method, target, headers: { ...headers, 'Content-Type': type }, body: body ?? '' };
}

type Media = readonly [string, Sent['body']] | undefined;

function mediaValues(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Media> {
  const types = Object.entries(operation.bodies);
  if (types.length === 0) return fc.constant(undefined);
  return fc.oneof(
    ...types.map(([type, body]) =>
      bodyValues(type, body, resolve).map((sent): Media => [type, sent]),
    ),
  );
}

/** Requests that the document allows. */
export function validRequests(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Sent> {
  const all = fc.tuple(parameterValues(operation, resolve), mediaValues(operation, resolve));
  return all.map(([given, media]) => requestOf(operation, given, media, 'as described'));
}

function brokenParameters(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Sent>[] {
  const good = fc.tuple(parameterValues(operation, resolve), mediaValues(operation, resolve));
  return operation.parameters.flatMap((one) => {
    const found: fc.Arbitrary<Sent>[] = [];
    const broken = brokenOf(one.schema, resolve);
    const isText = one.schema['type'] === 'string';
    if (broken !== undefined) {
      // Everything is text on the wire: other types are faults of numbers and flags alone.
      const texts = parameterText(
        one,
        isText ? broken.filter((value) => typeof value === 'string') : broken,
      ).filter((text) => one.in !== 'path' || text !== '');
      const isPossible = one.in !== 'header' && (!isText || one.schema['const'] === undefined);
      if (isPossible && hasTextFaults(one.schema)) {
        found.push(
          fc
            .tuple(good, texts)
            .map(([[given, media], text]) =>
              requestOf(operation, new Map([...given, [one, text]]), media, `bad ${one.name}`),
            ),
        );
      }
    }
    if (one.required && one.in !== 'path') {
      found.push(
        good.map(([given, media]) => {
          const without = new Map([...given].filter(([other]) => other !== one));
          return requestOf(operation, without, media, `without ${one.name}`);
        }),
      );
    }
    return found;
  });
}

/** Whether some text in a URL is no value of this schema. */
function hasTextFaults(schema: JsonSchema): boolean {
  if (schema['type'] !== 'string') return schema['type'] !== undefined;
  if (schema['enum'] !== undefined || schema['const'] !== undefined) return true;
  return schema['pattern'] !== undefined || (schema['maxLength'] as number) < 5000;
}

function oddQueries(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Sent>[] {
  const known = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const odd = ['unknown=1', '%zz=1', '%ff=1', '=', 'x[]=1', '__proto__=1', 'a%00b=1', '%C0%AF=1'];
  const pieces = fc.constantFrom(...odd, ...known.map((name) => `${name}=1&${name}=1`));
  return [
    fc.tuple(validRequests(operation, resolve), pieces).map(([sent, piece]) => ({
      ...sent,
      what: `query ${piece}`,
      target: `${sent.target}${sent.target.includes('?') ? '&' : '?'}${piece}`,
    })),
  ];
}

/** Bytes that are no JSON of ours, made from good ones. */
const SPOILED: Readonly<Record<string, (good: string) => Sent['body']>> = {
  empty: () => '',
  truncated: (good) => good.slice(0, -1),
  'followed by more': (good) => `${good}{}`,
  'a duplicate key': (good) => `{"x":1,"x":2,${good.slice(1)}`,
  'a byte order mark': (good) => `\ufeff${good}`,
  'UTF-16': (good) => Buffer.from(good, 'utf16le'),
  'bytes that are not UTF-8': (good) => Buffer.concat([Buffer.from(good), Buffer.from([0xff])]),
  'a lone surrogate': () => '{"x":"\\ud800"}',
  'a number beyond all': () => '{"x":1e999}',
  'deep nesting': () => '['.repeat(50_000),
  'single quotes': (good) => good.replaceAll('"', "'"),
  'a prototype': (good) => `{"__proto__":{"x":1},${good.slice(1)}`,
};

function brokenBodies(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Sent>[] {
  const given = parameterValues(operation, resolve);
  const body = operation.bodies[JSON_TYPE];
  if (body === undefined) return [];
  const schema = asObject(body['schema']);
  const good = valuesOf(schema, resolve).map((value) => JSON.stringify(value));
  const spoiled = fc
    .tuple(given, good, fc.constantFrom(...Object.keys(SPOILED)))
    .map(([values, text, how]) =>
      requestOf(operation, values, [JSON_TYPE, SPOILED[how]?.(text)], how),
    );
  const broken = brokenOf(schema, resolve);
  if (broken === undefined) return [spoiled];
  const faulty = fc
    .tuple(given, broken)
    .map(([values, value]) =>
      requestOf(operation, values, [JSON_TYPE, JSON.stringify(value)], 'a broken member'),
    );
  return [spoiled, faulty, faulty];
}

const WRONG_TYPES = ['text/xml', 'application/json; charset=utf-16', '*/*', ';', 'json', ''];

function wrongMedia(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Sent>[] {
  const good = validRequests(operation, resolve);
  if (Object.keys(operation.bodies).length === 0) {
    return [
      good.map((sent) => ({
        ...sent,
        what: 'a body where none belongs',
        headers: { ...sent.headers, 'Content-Type': JSON_TYPE },
        body: '{}',
      })),
    ];
  }
  return [
    fc.tuple(good, fc.constantFrom(...WRONG_TYPES)).map(([sent, type]) => ({
      ...sent,
      what: `content type ${type}`,
      headers: { ...sent.headers, 'Content-Type': type },
    })),
    good.map((sent) => ({
      ...sent,
      what: 'a compressed body',
      headers: { ...sent.headers, 'Content-Encoding': 'gzip' },
    })),
  ];
}

/** Requests with one fault each that the document does not allow. */
export function hostileRequests(operation: ApiOperation, resolve: Resolve): fc.Arbitrary<Sent> {
  return fc.oneof(
    ...brokenParameters(operation, resolve),
    ...oddQueries(operation, resolve),
    ...brokenBodies(operation, resolve),
    ...wrongMedia(operation, resolve),
  );
}

/** Paths that look like this one and are another, or none. */
export function oddTargets({ path }: ApiOperation): readonly string[] {
  const plain = path.replaceAll(/\{\w+\}/g, 'x');
  const odd = [`/${plain}`, `${plain}/`, `${plain};a=1`, `${plain}%00`, `/x/..${plain}`];
  const encoded = [plain.replace('/', '/%2e/'), plain.replace('/v1', '/V1'), `${plain}%`];
  const filled = ['%', '%ff', '%C0%AF', '%ED%A0%80', '..', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '%00'];
  const inside = path.includes('{')
    ? filled.map((value) => path.replaceAll(/\{\w+\}/g, value))
    : [];
  return [...odd, ...encoded, ...inside];
}
