// Whether an answer is one that an OpenAPI document describes: status, headers, type and body.
import { expect } from 'chai';
import type { JsonValue } from '../../chaincode/core/json.js';
import { FHIR_TYPE } from '../../gateway/http/fhir/refusal.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { type ApiOperation, resolverOf } from './openapi-requests.js';
import { type Judge, judgeOf } from './schema-check.js';
import type { Received } from './send.js';

const asObject = (value: JsonValue | undefined): JsonSchema => (value ?? {}) as JsonSchema;
const LINES_TYPE = 'application/x-ndjson';
const PROBLEM_TYPE = 'application/problem+json';

/** Refusals that name no route are told in the language of the path. */
const REFUSALS: Readonly<Record<string, string>> = {
  [PROBLEM_TYPE]: '#/components/schemas/Problem',
  [FHIR_TYPE]: '#/components/schemas/OperationOutcome',
};

/** Of HTTP itself, and those for browsers: they say nothing of one operation. */
const GENERAL_HEADERS = new RegExp(
  [
    '^(?:cache-control|connection|content-(?:length|security-policy|type)|date|keep-alive',
    'cross-origin-.+|origin-agent-cluster|referrer-policy|strict-transport-security',
    'transfer-encoding|x-(?:content-type|dns|download|frame|permitted|xss)-.+)$',
  ].join('|'),
);

export class Documented {
  readonly #document: JsonSchema;
  readonly #judges = new Map<JsonSchema, Judge>();

  constructor(document: JsonSchema) {
    this.#document = document;
  }

  /** What is wrong with a value by a schema of the document. */
  fault(schema: JsonSchema, value: JsonValue): string | undefined {
    const components = asObject(asObject(this.#document['components'])['schemas']);
    const judge = this.#judges.get(schema) ?? judgeOf(schema, components);
    this.#judges.set(schema, judge);
    return judge(value);
  }

  #checkHeaders(described: JsonSchema, { headers }: Received): void {
    const known = Object.keys(asObject(described['headers'])).map((name) => name.toLowerCase());
    const own = Object.keys(headers).filter((name) => !GENERAL_HEADERS.test(name));
    expect(known, 'headers').to.include.members(own);
    for (const [name, value] of Object.entries(asObject(described['headers']))) {
      const header = resolverOf(this.#document)(asObject(value));
      const given = headers[name.toLowerCase()];
      if (header['required'] === true) expect(given, `header ${name}`).to.be.a('string');
      if (given === undefined) continue;
      expect(this.fault(asObject(header['schema']), String(given)), name).to.equal(undefined);
    }
  }

  #checkBody(type: string, media: JsonSchema, body: Buffer): void {
    const text = body.toString();
    if (type === 'application/json' || type === PROBLEM_TYPE || type === FHIR_TYPE) {
      const found = this.fault(asObject(media['schema']), JSON.parse(text));
      expect(found, `body ${text.slice(0, 300)}`).to.equal(undefined);
    }
    if (type !== LINES_TYPE) return;
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const found = this.fault(asObject(media['x-line-schema']), JSON.parse(line));
      expect(found, `line ${line.slice(0, 300)}`).to.equal(undefined);
    }
  }

  /** Fails unless the operation describes this answer. */
  check(operation: ApiOperation, answer: Received): void {
    const described = operation.responses[answer.status];
    if (described === undefined) {
      const text = answer.body.toString().slice(0, 300);
      throw new Error(`${operation.id} answers ${answer.status}, which is not described: ${text}`);
    }
    this.#checkHeaders(described, answer);
    const content = asObject(described['content']);
    const types = Object.keys(content);
    if (types.length === 0) {
      expect(answer.body.length, 'bytes of a body that is not described').to.equal(0);
      return;
    }
    const type = answer.headers['content-type'] ?? '';
    expect(types, 'content types').to.include(type);
    this.#checkBody(type, asObject(content[type]), answer.body);
  }

  /** Fails unless it is a refusal as all of them are, of a path that is none. */
  checkRefusal(answer: Received): void {
    expect(answer.status).to.be.within(400, 499);
    const type = answer.headers['content-type'] ?? '';
    expect(Object.keys(REFUSALS)).to.include(type);
    const found = this.fault(
      { $ref: REFUSALS[type] as string },
      JSON.parse(answer.body.toString()),
    );
    expect(found, answer.body.toString()).to.equal(undefined);
  }
}
