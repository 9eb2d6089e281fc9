import { expect } from 'chai';
import { encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { type FhirBody, readFhirBody } from '../../gateway/fhir/bundle.js';
import { FhirIssue, withPrefix } from '../../gateway/fhir/fhir-issue.js';
import { readAuditEvent } from '../../gateway/fhir/read-audit-event.js';
import { expectCode } from '../support/expect-code.js';
import { EVIDENCE, eventNamed, HOSTILE, SOURCES } from './fhir-cases.js';

const MAX = 1024 * 1024;
const read = (text: string) => readFhirBody(utf8(text), 'the body', MAX);
const EVENT = eventNamed('patient-read').resource;
const POST = { method: 'POST', url: 'AuditEvent' };

function partsOf(body: FhirBody) {
  if (body.kind !== 'bundle') throw new RangeError('no Bundle');
  return body.parts;
}

function bundleOf(type: string, entries: readonly JsonValue[]): string {
  return JSON.stringify({ resourceType: 'Bundle', type, entry: entries });
}

function expectIssue(act: () => unknown, expression: string): void {
  expect(act).to.throw(FhirIssue).with.property('expression', expression);
}

describe('a body in FHIR JSON', () => {
  it('is one resource with the bytes that came, decimals and all', () => {
    const text = ` {"resourceType" : "AuditEvent", "x": [1.50, -0, 2e3, 9007199254740993]}\n`;
    const body = read(text);
    expect(body.kind).to.equal('resource');
    if (body.kind !== 'resource') return;
    expect(Buffer.from(body.part.bytes).toString()).to.equal(text);
    expect(body.part.digest).to.equal(encodeHex(sha256(utf8(text))));
    expect(body.part.expression).to.equal('');
  });

  it('may begin with a byte order mark, which is among the bytes that came', () => {
    const text = `\ufeff${JSON.stringify(EVENT)}`;
    const body = read(text);
    if (body.kind !== 'resource') throw new RangeError('no resource');
    expect(body.part).to.deep.include({ resource: EVENT, digest: encodeHex(sha256(utf8(text))) });
    expect(partsOf(read(`\ufeff${bundleOf('collection', [{ resource: EVENT }])}`))).to.have.length(
      1,
    );
    expectCode(() => read(`\ufeff${text}`), 'BAD_JSON');
  });

  it('is a Bundle taken apart, each resource with exactly its own bytes', () => {
    const first = `{ "resourceType":"AuditEvent",\n "name" : "\\u4e2d文 😀" }`;
    const second = JSON.stringify(EVENT);
    const text = `{"entry":[{"resource":${first},"request":{"method":"POST","url":"AuditEvent"}},\n{"resource" : ${second},"search":{"score":0.5}}],"type":"collection","resourceType":"Bundle"}`;
    const body = read(text);
    expect(body).to.include({ kind: 'bundle', type: 'collection' });
    const parts = partsOf(body);
    expect(parts.map(({ bytes }) => Buffer.from(bytes).toString())).to.deep.equal([first, second]);
    expect(parts[1]?.digest).to.equal(encodeHex(sha256(utf8(second))));
    expect(parts.map(({ expression }) => expression)).to.deep.equal([
      'Bundle.entry[0].resource',
      'Bundle.entry[1].resource',
    ]);
  });

  for (const type of ['batch', 'transaction']) {
    it(`tells each entry of a ${type} that cannot be taken, and why`, () => {
      const entries: [entry: JsonValue, expression: string | undefined][] = [
        [{ resource: EVENT, request: POST }, undefined],
        [
          { resource: EVENT, request: { ...POST, url: 'https://a.example/fhir/AuditEvent' } },
          undefined,
        ],
        [{ resource: EVENT }, 'Bundle.entry[2].request'],
        [
          { resource: EVENT, request: { ...POST, method: 'PUT' } },
          'Bundle.entry[3].request.method',
        ],
        [{ resource: EVENT, request: { ...POST, url: 'Patient' } }, 'Bundle.entry[4].request.url'],
        [
          { resource: EVENT, request: { ...POST, ifNoneExist: 'id=1' } },
          'Bundle.entry[5].request.ifNoneExist',
        ],
        [{ request: POST }, 'Bundle.entry[6].resource'],
        [{ request: POST, resource: [] }, 'Bundle.entry[7].resource'],
      ];
      const parts = partsOf(
        read(
          bundleOf(
            type,
            entries.map(([entry]) => entry),
          ),
        ),
      );
      const found = parts.map((part) => ('issue' in part ? part.issue.expression : undefined));
      expect(found).to.deep.equal(entries.map(([, expression]) => expression));
    });
  }

  it('needs no request in a collection', () => {
    const [part] = partsOf(read(bundleOf('collection', [{ resource: EVENT }])));
    expect(part).to.have.property('resource');
  });

  it('is refused as a whole where nothing of it can be taken', () => {
    expectIssue(() => read('[]'), 'AuditEvent');
    expectIssue(() => read('1.5'), 'AuditEvent');
    expectIssue(() => read(bundleOf('searchset', [{ resource: EVENT }])), 'Bundle.type');
    expectIssue(() => read('{"resourceType":"Bundle"}'), 'Bundle.type');
    expectIssue(() => read(bundleOf('batch', [])), 'Bundle.entry');
    expectIssue(() => read('{"resourceType":"Bundle","type":"batch"}'), 'Bundle.entry');
    expectIssue(() => read(bundleOf('batch', [1])), 'Bundle.entry[0]');
    const rules = '{"resourceType":"Bundle","type":"batch","implicitRules":"urn:x","entry":[{}]}';
    expectIssue(() => read(rules), 'Bundle.implicitRules');
    for (const text of [
      '',
      '{',
      '{"a":1,"a":1}',
      '{"a":01}',
      '{"a":1.}',
      '{"a":NaN}',
      '{"a":1e999}',
    ]) {
      expectCode(() => read(text), 'BAD_JSON');
    }
    expectCode(() => readFhirBody(Uint8Array.of(0xff), 'the body', MAX), 'BAD_JSON');
    expectCode(() => readFhirBody(utf8('{ }'), 'the body', 2), 'TOO_LARGE');
  });

  it('tells an element of an entry from the Bundle on', () => {
    const [one] = HOSTILE.filter(({ expression }) => expression.includes('entity[0]'));
    const act = () => readAuditEvent(one?.resource ?? {}, SOURCES, EVIDENCE);
    try {
      act();
      expect.fail('nothing was refused');
    } catch (error) {
      if (!(error instanceof FhirIssue)) throw error;
      const issue = withPrefix(error, 'Bundle.entry[3].resource');
      const path = error.expression.slice('AuditEvent'.length);
      expect(issue.expression).to.equal(`Bundle.entry[3].resource${path}`);
      expect(issue.message).to.equal(`${issue.expression}: ${error.reason}`);
      expect(withPrefix(error, '')).to.equal(error);
    }
  });
});
