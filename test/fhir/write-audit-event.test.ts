import { expect } from 'chai';
import fc from 'fast-check';
import { Fhir } from 'fhir/fhir.js';
import type { AuditEvent } from 'fhir/r4';
import type { AccessEntry } from '../../chaincode/core/entry.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { ASSUMPTIONS } from '../../gateway/fhir/assumptions.js';
import { readAuditEvent } from '../../gateway/fhir/read-audit-event.js';
import { NO_SOURCES } from '../../gateway/fhir/sources.js';
import { type ReadEvent, writeAuditEvent } from '../../gateway/fhir/write-audit-event.js';
import { type AccessSubmission, parseAccessSubmission } from '../../gateway/services/submission.js';
import { EVENTS, EVIDENCE, eventNamed, SOURCES } from './fhir-cases.js';

const LEAF = 'c'.repeat(64);
const LINKS = { receipt: `/v1/receipts/${LEAF}`, history: '/v1/me/history' };
const validator = new Fhir();
/** Of an entry that has a kind. */
const WORDS = Object.keys(ASSUMPTIONS).filter((word) => word !== 'kind-missing');

/** What a chain holds of a submission. */
function chained(submission: AccessSubmission): ReadEvent {
  const { actor, client, justification, patient, ...facts } = submission;
  const opened = { actor, client, justification };
  const known = Object.entries(opened).filter(([, value]) => value !== undefined);
  return {
    leafHash: LEAF,
    entry: { ...facts, at: '2026-11-01T08:00:02.000Z' } as unknown as AccessEntry,
    opened: Object.fromEntries(known) as Record<string, JsonValue>,
    patient,
  };
}

const written = (event: ReadEvent): AuditEvent =>
  JSON.parse(JSON.stringify(writeAuditEvent(event, LINKS)));

/** Errors that a validator with the definitions of R4 finds. */
function faultsOf(resource: object): readonly string[] {
  const { messages } = validator.validate(resource, { errorOnUnexpected: true });
  return messages
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ location, message }) => `${location}: ${message}`);
}

/** Back again, from where every patient and sender stands under its own name. */
const reread = (resource: AuditEvent) =>
  readAuditEvent(resource as unknown as JsonValue, NO_SOURCES, EVIDENCE);

describe('an entry as AuditEvent', () => {
  for (const { name, resource } of EVENTS) {
    it(`is valid R4 and reads back as it was: ${name}`, () => {
      for (const submission of readAuditEvent(resource, SOURCES, EVIDENCE)) {
        const event = written(chained(submission));
        expect(faultsOf(event)).to.deep.equal([]);
        expect(event).to.deep.include({ id: LEAF, recorded: '2026-11-01T08:00:02.000Z' });
        expect(reread(event)).to.deep.equal([submission]);
      }
    });
  }

  it('is looked at by a validator that finds faults', () => {
    const [submission] = readAuditEvent(eventNamed('patient-read').resource, SOURCES, EVIDENCE);
    const event = written(chained(submission as AccessSubmission));
    const { agent } = event;
    const faults: object[] = [
      { action: 'X' },
      { agent: [] },
      { agent: [...agent, { who: { display: 'nobody' } }] },
      { agent: [...agent, { requestor: true, age: 7 }] },
      { period: { start: 'today' } },
      { patient: 'somebody' },
    ];
    for (const fault of faults) expect(faultsOf({ ...event, ...fault })).to.have.lengthOf(1);
  });

  it('has agents in the shape of the profile, by the verb', () => {
    const partsOf = (name: string) => {
      const [submission] = readAuditEvent(eventNamed(name).resource, SOURCES, EVIDENCE);
      const { agent } = written(chained(submission as AccessSubmission));
      return agent.map(({ type, requestor }) => `${type?.coding?.[0]?.code} ${requestor}`);
    };
    const parts = (user: string, client: string, server: string) => [
      `${user} true`,
      `${client} false`,
      `${server} false`,
      'PROV false',
    ];
    expect(partsOf('patient-read')).to.deep.equal(parts('IRCP', '110152', '110153'));
    expect(partsOf('patient-query')).to.deep.equal(parts('IRCP', '110153', '110152'));
    expect(partsOf('patient-create')).to.deep.equal(parts('AUT', '110153', '110152'));
    expect(partsOf('patient-delete')).to.deep.equal(parts('CST', '110150', 'custodian'));
    expect(partsOf('disclosure-source')).to.deep.equal(parts('IRCP', '110152', '110153'));
  });

  it('names no system that is not absolute, and reads back as it was', () => {
    const [submission] = readAuditEvent(eventNamed('patient-read').resource, SOURCES, EVIDENCE);
    const odd = { ...(submission as AccessSubmission), client: { id: 'ours|ward-1' } };
    const event = written(chained(odd));
    expect(event.agent[1]?.who).to.deep.equal({ identifier: { value: 'ours|ward-1' } });
    expect(reread(event)[0]?.client).to.deep.equal(odd.client);
  });

  it('links to its receipt and its history, and tells the digest of what was received', () => {
    const [submission] = readAuditEvent(eventNamed('patient-read').resource, SOURCES, EVIDENCE);
    const { entity = [] } = written(chained(submission as AccessSubmission));
    const own = entity.find(({ detail }) => detail !== undefined);
    const details = Object.fromEntries(
      (own?.detail ?? []).map(({ type, valueString }) => [type, valueString]),
    );
    expect(own?.what?.identifier).to.deep.equal({ system: 'urn:chartseal:leaf-hash', value: LEAF });
    expect(details).to.deep.equal({
      'urn:chartseal:receipt': LINKS.receipt,
      'urn:chartseal:history': LINKS.history,
      'urn:chartseal:evidence-digest': EVIDENCE,
      'urn:chartseal:category': 'DiagnosticReport',
    });
  });

  it('is valid when everything private is withheld and the patient is a label alone', () => {
    const [submission] = readAuditEvent(eventNamed('break-glass').resource, SOURCES, EVIDENCE);
    const label = 'a'.repeat(64);
    const whole = chained(submission as AccessSubmission);
    const event = written({ ...whole, opened: {}, patient: { label } });
    expect(faultsOf(event)).to.deep.equal([]);
    expect(event.agent[0]?.who).to.deep.equal({ display: 'withheld' });
    expect(JSON.stringify(event)).to.not.match(/1001|dr-7|unconscious/);
    expect(event.entity?.[0]?.what?.identifier?.value).to.equal(label);
  });

  it('is valid and keeps every member, whatever stands in the entry', () => {
    const text = (max: number) =>
      fc
        .string({ unit: 'grapheme', minLength: 1, maxLength: Math.floor(max / 16) })
        .filter((one) => /\S/.test(one) && !/[\p{Cc}\p{Cs}]/u.test(one));
    const token = fc.stringMatching(/^(urn:[a-z]{1,20})?\|[A-Za-z0-9.-]{1,30}$/);
    const name = fc.oneof(
      text(256),
      fc.stringMatching(/^urn:[a-z]{1,20}\|[A-Za-z0-9 ]{0,9}[A-Za-z]$/),
      fc.stringMatching(/^(https:\/\/a\.example\/fhir\/)?[A-Z][a-z]{1,9}\/[a-z0-9]{1,9}$/),
    );
    const person = fc.record({ id: name, name: text(256) }, { requiredKeys: ['id'] });
    const client = fc.record(
      { id: name, name: text(256), address: text(256) },
      { requiredKeys: [] },
    );
    const submission = fc.record(
      {
        patient: fc.constant({ system: 'urn:example:mrn', value: 'P-1' }),
        occurredAt: fc.constant('2026-11-01T08:00:00.000Z'),
        action: fc.constantFrom('C', 'R', 'U', 'D', 'E'),
        outcome: fc.constantFrom('success', 'minor', 'serious', 'major'),
        actor: fc.record(
          { id: name, name: text(256), onBehalfOf: person },
          { requiredKeys: ['id'] },
        ),
        role: text(128),
        organisation: text(256),
        unit: text(256),
        purpose: fc.stringMatching(/^[A-Z]{3,9}$/).filter((one) => one !== 'BTG' && one !== 'NONE'),
        breakGlass: fc.boolean(),
        justification: text(2000),
        client: client.filter((one) => Object.keys(one).length > 0),
        records: fc.uniqueArray(
          name.filter((id) => !/(^|\/)Patient\//.test(id)),
          { maxLength: 4 },
        ),
        category: text(64),
        kind: fc.record(
          { type: token, subtypes: fc.array(token, { minLength: 1, maxLength: 3 }) },
          { requiredKeys: ['type'] },
        ),
        assumed: fc.uniqueArray(fc.constantFrom(...WORDS), { minLength: 1 }),
      },
      {
        requiredKeys: [
          'patient',
          'occurredAt',
          'action',
          'outcome',
          'actor',
          'role',
          'organisation',
          'purpose',
          'breakGlass',
          'records',
          'category',
          'kind',
        ],
      },
    );
    fc.assert(
      fc.property(submission, (made) => {
        const { assumed = [], ...rest } = made;
        const words = [...new Set([...assumed, 'request-id-missing'])].sort();
        const requestId = `sha-256:${'0'.repeat(64)}`;
        const source = { system: 'urn:example:devices|ehr', requestId, evidenceDigest: EVIDENCE };
        const whole = parseAccessSubmission({ ...rest, assumed: words, source } as never);
        const event = written(chained(whole));
        expect(faultsOf(event)).to.deep.equal([]);
        expect(reread(event)).to.deep.equal([whole]);
      }),
      { numRuns: 60 },
    );
  });
});
