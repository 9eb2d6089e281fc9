import { expect } from 'chai';
import { ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { object, oneOf, text } from '../../chaincode/core/shape.js';
import { FHIR_TYPE } from '../../gateway/http/fhir/refusal.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { openApiDocument } from '../../gateway/http/openapi.js';
import type { Route } from '../../gateway/http/route.js';
import { ROUTES } from '../../gateway/http/table.js';
import { Documented } from '../support/documented.js';
import { operationsOf, resolverOf } from '../support/openapi-requests.js';

const INFO = { title: 'Test', version: '0.0.0', description: 'Of a test.' };
const asObject = (value: JsonValue | undefined): JsonSchema => (value ?? {}) as JsonSchema;

/** Every object in a JSON value, with the path that leads to it. */
function* objectsOf(value: JsonValue, path = ''): Generator<readonly [string, JsonSchema]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as JsonSchema];
  for (const [name, inner] of Object.entries(value)) yield* objectsOf(inner, `${path}/${name}`);
}

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES, INFO))) as JsonSchema;
  const operations = operationsOf(document);
  const documented = new Documented(document);
  const resolve = resolverOf(document);
  const published = ROUTES.filter(({ access, isPage }) => access !== 'operator' && isPage !== true);

  it('has every row of the table, but those for commands beside it and for pages', () => {
    const rows = published.map(({ operationId }) => operationId);
    expect(operations.map(({ id }) => id).sort()).to.deep.equal([...rows].sort());
    expect(new Set(rows).size).to.equal(rows.length);
    const names = JSON.stringify(document);
    for (const { operationId, access, isPage } of ROUTES) {
      if (access === 'operator' || isPage === true)
        expect(names).to.not.include(`"${operationId}"`);
    }
  });

  it('points only to what is in it', () => {
    for (const [path, found] of objectsOf(document)) {
      if (typeof found['$ref'] !== 'string') continue;
      expect(Object.keys(resolve(found)), path).to.not.deep.equal([]);
    }
  });

  it('describes each name in a path, and no other', () => {
    for (const { path, parameters } of operations) {
      const inPath = parameters.filter((one) => one.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }) => name).sort(), path).to.deep.equal(names.sort());
      expect(inPath.every(({ required }) => required)).to.equal(true);
      expect(path).to.match(/^\/[\w./{}-]*$/);
    }
  });

  it('says of which names in a path the slashes are sent as they are', () => {
    const kept = published.filter(({ path }) => path.includes('{+'));
    expect(kept.length).to.be.above(1);
    for (const { operationId, path } of published) {
      const operation = operations.find(({ id }) => id === operationId);
      for (const one of (operation?.parameters ?? []) as unknown as JsonSchema[]) {
        const isKept = path.includes(`{+${one['name']}}`);
        expect(one['x-slashes'], path).to.equal(isKept || undefined);
        expect(String(one['description']).includes('%2F'), path).to.equal(isKept);
      }
    }
  });

  it('tells variants that stand in place by their own tags alone', () => {
    for (const [path, found] of objectsOf(document)) {
      expect(found['discriminator'], path).to.equal(undefined);
    }
  });

  it('says who may call as the rows do, and which credentials', () => {
    for (const route of published) {
      const operation = operations.find(({ id }) => id === route.operationId);
      const facts = asObject(
        asObject(asObject(document['paths'])[operation?.path ?? ''])[route.method.toLowerCase()],
      );
      const { access } = route;
      const isOpen = access === 'open';
      expect(operation?.isOpen, route.path).to.equal(isOpen);
      expect(facts['x-roles']).to.deep.equal(
        typeof access === 'string' ? access : { own: access.own, others: access.others ?? [] },
      );
    }
    const schemes = asObject(asObject(document['components'])['securitySchemes']);
    expect(Object.values(schemes).map((scheme) => asObject(scheme)['type'])).to.deep.equal([
      'http',
      'mutualTLS',
    ]);
  });

  it('has examples that their own schemas allow', () => {
    let count = 0;
    const check = (schema: JsonValue | undefined, example: JsonValue, where: string) => {
      count++;
      expect(documented.fault(asObject(schema), example), where).to.equal(undefined);
    };
    for (const [path, found] of objectsOf(document)) {
      const { schema, example, examples, 'x-line-schema': line } = found;
      if (schema === undefined) continue;
      if (example !== undefined && line === undefined) check(schema, example, path);
      if (line !== undefined) check(line, JSON.parse(String(example)), path);
      for (const one of Object.values(asObject(examples))) {
        check(schema, asObject(one)['value'] ?? null, path);
      }
    }
    expect(count).to.be.above(100);
  });

  it('gives an example of each JSON body, asked or answered', () => {
    for (const [path, found] of objectsOf(document)) {
      for (const type of ['application/json', 'application/x-ndjson']) {
        const media = found[type];
        if (media === undefined || Object.keys(asObject(asObject(media)['schema'])).length === 0) {
          continue;
        }
        if (type === 'application/x-ndjson' && asObject(media)['x-line-schema'] === undefined) {
          continue;
        }
        expect(asObject(media)['example'], path).to.not.equal(undefined);
      }
    }
  });

  it('groups refusals by the status that the table of errors has, and lists no 500', () => {
    for (const { id, responses } of operations) {
      expect(Object.keys(responses), id).to.not.include.members(['500', 'default']);
      expect(Object.keys(responses), id).to.include.members(['400', '401', '429', '431', '503']);
      for (const [status, response] of Object.entries(responses)) {
        const content = asObject(response['content']);
        const refusal = content['application/problem+json'] ?? content[FHIR_TYPE];
        const codes = Object.keys(asObject(asObject(refusal)['examples'])) as ErrorCode[];
        expect(codes.length > 0, `${id} ${status}`).to.equal(Number(status) >= 400);
        if (status === '431') continue;
        for (const code of codes) expect(String(ERROR_CODES[code].status)).to.equal(status);
      }
    }
  });

  describe('of rows made for it', () => {
    const row: Route = {
      operationId: 'test',
      method: 'POST',
      path: '/v1/tests/{+rest}',
      tag: 'test',
      summary: 'A test.',
      access: { own: ['admin'], others: ['auditor'] },
      waits: true,
      parameters: [
        { in: 'path', name: 'rest', description: 'The rest.', shape: text({ min: 1, max: 9 }) },
      ],
      bodies: {
        'application/json': { description: 'One.', shape: object({ kind: oneOf(['a']) }) },
        'application/x-ndjson': { description: 'Many.', shape: object({ kind: oneOf(['a']) }) },
        'application/octet-stream': { description: 'The bytes.' },
      },
      answers: { 201: { description: 'Made.', headers: { Location: 'Where.' } } },
      refusals: ['NOT_FOUND', 'UNEXPECTED'],
      handle: async () => ({ status: 201 }),
    };
    const [operation] = operationsOf(openApiDocument([row], INFO));

    it('what every such row may answer is in it', () => {
      const { responses = {} } = operation ?? {};
      const codes = (status: number) =>
        Object.keys(
          asObject(
            asObject(asObject(responses[status]?.['content'])['application/problem+json'])[
              'examples'
            ],
          ),
        );
      expect(operation?.path).to.equal('/v1/tests/{rest}');
      expect(codes(400)).to.deep.equal(['BAD_JSON', 'BAD_INPUT']);
      expect(codes(403)).to.deep.equal(['ACCESS_DENIED']);
      expect(codes(404)).to.deep.equal(['NOT_FOUND', 'NO_ROUTE']);
      expect([codes(408), codes(413), codes(415)].flat()).to.deep.equal([
        'REQUEST_TIMEOUT',
        'TOO_LARGE',
        'WRONG_MEDIA_TYPE',
      ]);
      expect(responses[500]).to.equal(undefined);
      expect(Object.keys(asObject(responses[201]?.['headers']))).to.include('Location');
    });

    it('bodies and the preference to wait are in it', () => {
      expect(Object.keys(operation?.bodies ?? {})).to.deep.equal(Object.keys(row.bodies ?? {}));
      expect(operation?.parameters.map(({ name }) => name)).to.deep.equal(['rest', 'Prefer']);
    });
  });
});
