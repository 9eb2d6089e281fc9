import { expect } from 'chai';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { parseJson } from '../../chaincode/core/json.js';
import { parseAccessSubmission } from '../../gateway/services/submission.js';
import { expectCode } from '../support/expect-code.js';

const line =
  '{"patient":{"system":"urn:hospital-a","value":"P1"},"occurredAt":"2026-11-01T08:00:00.000Z",' +
  '"action":"R","outcome":"success","actor":{"id":"dr-1","name":"王医生"},"role":"physician",' +
  '"organisation":"hospital-a","unit":"心内科","purpose":"TREAT","breakGlass":false,' +
  '"records":[],"category":"inpatient","source":{"system":"emr","requestId":"r1"}}';
const event = parseJson(line, 'line') as JsonObject;

const parse = (changes: Record<string, JsonValue | undefined>) => () =>
  parseAccessSubmission({ ...event, ...changes } as JsonValue);

describe('an access event as a caller sends it', () => {
  it('is read from one line of JSON', () => {
    expect(parseAccessSubmission(event)).to.deep.equal(event);
  });

  it('is refused where it says that it is an override, and that it is none', () => {
    expectCode(parse({ purpose: 'BTG', breakGlass: false }), 'BAD_INPUT');
    expect(parse({ purpose: 'BTG', breakGlass: true })().breakGlass).to.equal(true);
    expect(parse({ purpose: 'TREAT', breakGlass: true })().breakGlass).to.equal(true);
    expect(parse({ purpose: 'ETREAT', breakGlass: false })().breakGlass).to.equal(false);
  });

  it('may have more or less', () => {
    parse({ unit: undefined })();
    parse({ justification: '急诊抢救' })();
    parse({ client: {} })();
    parse({ client: { id: 'ws-17', name: 'ward', address: '192.0.2.7' } })();
    parse({ actor: { id: 'a', onBehalfOf: { id: 'b', name: 'c' } } })();
    parse({ source: { system: 'emr', evidenceDigest: 'a'.repeat(64) } })();
    parse({ records: ['a', 'b'] })();
  });

  const refused: [string, Record<string, JsonValue | undefined>, string][] = [
    ['an unknown member', { ip: '192.0.2.7' }, 'ip'],
    ['a member act', { act: 'access' }, 'act'],
    ['an unknown action', { action: 'READ' }, 'action'],
    ['no action', { action: undefined }, 'action'],
    ['an unknown outcome', { outcome: 'ok' }, 'outcome'],
    ['a time in 1582', { occurredAt: '1582-10-10T00:00:00.000Z' }, 'occurredAt'],
    ['a time without zone', { occurredAt: '2026-11-01T08:00:00.000' }, 'occurredAt'],
    ['no patient', { patient: undefined }, 'patient'],
    ['a patient as text', { patient: 'urn:hospital-a|P1' }, 'patient'],
    ['a patient without system', { patient: { value: 'P1' } }, 'patient.system'],
    ['an empty patient', { patient: { system: 'a', value: '' } }, 'patient.value'],
    ['a patient with a name', { patient: { system: 'a', value: 'b', name: 'c' } }, 'patient.name'],
    ['no actor', { actor: undefined }, 'actor'],
    ['an actor without id', { actor: { name: 'x' } }, 'actor.id'],
    ['an actor with a role', { actor: { id: 'x', role: 'y' } }, 'actor.role'],
    ['an empty justification', { justification: '' }, 'justification'],
    ['a client with a port', { client: { port: 1 } }, 'client.port'],
    ['breakGlass as text', { breakGlass: 'true' }, 'breakGlass'],
    ['no breakGlass', { breakGlass: undefined }, 'breakGlass'],
    ['records that are objects', { records: [{ id: 'a' }] }, 'records.0'],
    ['no source', { source: undefined }, 'source'],
    ['null for a member', { unit: null }, 'unit'],
  ];
  for (const [name, changes, path] of refused) {
    it(`is refused with ${name}, naming ${path}`, () => {
      expectCode(parse(changes), 'BAD_INPUT');
      expect(parse(changes)).to.throw(`access event: ${path} `);
    });
  }

  it('is refused as no override when its purpose says that it is one, however it is spelt', () => {
    for (const purpose of ['BTG', 'btg', 'Btg', 'B-T-G', 'BreakGlass', 'break-the-glass']) {
      const plain = parse({ purpose, breakGlass: false });
      expectCode(plain, 'BAD_INPUT');
      expect(plain).to.throw('access event: breakGlass is false');
      expect(parse({ purpose, breakGlass: true })()).to.include({ purpose, breakGlass: true });
    }
    // Emergency care is none.
    for (const purpose of ['ETREAT', 'ERTREAT', 'TREAT']) {
      expect(parse({ purpose, breakGlass: false })()).to.include({ purpose });
    }
  });

  it('is refused when it is a FHIR resource, saying how such are read', () => {
    for (const resourceType of ['AuditEvent', 'Bundle']) {
      const resource = () => parseAccessSubmission({ resourceType });
      expectCode(resource, 'BAD_INPUT');
      expect(resource).to.throw('--format fhir');
    }
  });

  it('is refused when it is no object', () => {
    for (const value of [null, 1, 'x', [event]]) {
      expectCode(() => parseAccessSubmission(value), 'BAD_INPUT');
    }
  });
});
