import { expect } from 'chai';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { openApiDocument } from '../../gateway/http/openapi.js';
import { ROUTES } from '../../gateway/http/table.js';
import { Documented } from '../support/documented.js';
import { operationsOf } from '../support/openapi-requests.js';

const INFO = { title: 'Test', version: '0.0.0', description: 'Of a test.' };

describe('headers with a form of their own, in the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES, INFO))) as JsonSchema;
  const documented = new Documented(document);
  const headers = operationsOf(document)
    .flatMap(({ parameters }) => parameters)
    .filter((one) => one.in === 'header' && one.schema['anyOf'] !== undefined);

  it('are their example, or whatever has their form', () => {
    const names = new Set(headers.map(({ name }) => name));
    expect([...names]).to.include.members(['Idempotency-Key', 'Content-Digest']);
    for (const { name, schema } of headers) {
      const [example, whole] = schema['anyOf'] as JsonSchema[];
      const first = String(example?.['enum']);
      expect(documented.fault(whole as JsonSchema, first), name).to.equal(undefined);
      expect(documented.fault(schema, first), name).to.equal(undefined);
    }
  });

  it('stand there but for those that OpenAPI passes over, and one that is only ever refused', () => {
    const told = operationsOf(document).flatMap(({ parameters }) => parameters);
    const names = new Set(told.map(({ name }) => name));
    expect(names).to.include('Prefer').and.not.include('Accept').and.not.include('If-None-Exist');
  });

  it('are nothing else', () => {
    for (const { name, schema } of headers) {
      for (const other of ['', 'a b', 'caf\u00e9', 'x'.repeat(5000)]) {
        expect(documented.fault(schema, other), `${name}: ${other}`).to.not.equal(undefined);
      }
    }
  });
});
