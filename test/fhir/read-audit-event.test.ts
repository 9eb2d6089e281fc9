import { expect } from 'chai';
import { parseEntry } from '../../chaincode/core/entry.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonValue } from '../../chaincode/core/json.js';
import { ASSUMPTIONS } from '../../gateway/fhir/assumptions.js';
import { FhirIssue } from '../../gateway/fhir/fhir-issue.js';
import { type ReadOptions, readAuditEvent } from '../../gateway/fhir/read-audit-event.js';
import { type FhirSource, type FhirSources, NO_SOURCES } from '../../gateway/fhir/sources.js';
import { bodyOf, buildEntry } from '../../gateway/services/sequencer/build-entry.js';
import { EVENTS, EVIDENCE, eventNamed, HOSTILE, SOURCES } from './fhir-cases.js';

const read = (resource: JsonValue, options?: ReadOptions) =>
  readAuditEvent(resource, SOURCES, EVIDENCE, options);

function issueOf(act: () => unknown): FhirIssue {
  try {
    act();
  } catch (error) {
    if (error instanceof FhirIssue) return error;
    throw error;
  }
  throw new RangeError('nothing was refused');
}

describe('an AuditEvent of FHIR', () => {
  for (const { name, about, resource, expect: wanted } of EVENTS) {
    it(`becomes an access event for each patient: ${name}. ${about}`, () => {
      const expected = wanted.map((one) => ({
        ...one,
        source: { ...one.source, evidenceDigest: EVIDENCE },
      }));
      expect(read(resource)).to.deep.equal(expected);
    });
  }

  for (const { name, resource, code, expression } of HOSTILE) {
    it(`is refused, and the element named: ${name}`, () => {
      const issue = issueOf(() => read(resource));
      expect([issue.code, issue.expression]).to.deep.equal([code, expression]);
      expect(issue.message).to.equal(`${expression}: ${issue.reason}`);
    });
  }

  it('is kept whole in the entry, its kind and what was assumed too', () => {
    const by = { id: 'ehr', mspId: 'HospitalAMSP' };
    const at = '2026-11-01T08:00:02.000Z';
    for (const submission of EVENTS.flatMap(({ resource }) => read(resource))) {
      const body = bodyOf(submission, new Uint8Array(32));
      const built = buildEntry('hospital-a.example/archive', body, at, by);
      const { actor: _actor, client: _client, ...rest } = submission;
      const { justification: _justification, patient: _patient, ...facts } = rest;
      expect(parseEntry(built.entry)).to.deep.include(facts);
    }
  });

  it('is refused with an interaction that FHIR does not have', () => {
    const { resource } = eventNamed('patient-read');
    const system = 'http://hl7.org/fhir/restful-interaction';
    for (const code of ['vre&ad', '2026-11-21', 'constructor']) {
      const subtype = [{ system, code }];
      const issue = issueOf(() => read({ ...(resource as object), subtype } as JsonValue));
      expect([issue.code, issue.expression]).to.deep.equal(['BAD_INPUT', 'AuditEvent.subtype[0]']);
    }
  });

  it('is refused with the member to set, of its row or of one that is still to be written', () => {
    const { resource } = eventNamed('patient-read');
    const said = (sources: FhirSources) =>
      issueOf(() => readAuditEvent(resource, sources, EVIDENCE)).reason;
    const [row] = SOURCES.sources;
    const bare = { ...row, match: undefined, patientReferences: [] } as unknown as FhirSource;
    expect(said(NO_SOURCES)).to.match(
      /set patientReferences of a row of fhir\.sources for its sender/,
    );
    expect(said({ sources: [bare] })).to.match(/set patientReferences of fhir\.sources\[0\]/);
  });

  it('is refused when it is no object at all', () => {
    for (const value of [null, true, 1, 'AuditEvent', [], [eventNamed('patient-read').resource]]) {
      const issue = issueOf(() => read(value));
      expect([issue.code, issue.expression]).to.deep.equal(['BAD_INPUT', 'AuditEvent']);
    }
  });

  it('is refused without a word of what stands in it', () => {
    for (const { resource } of HOSTILE) {
      const { message } = issueOf(() => read(resource));
      expect(message).to.not.match(/1001|dr-7|Wang|Example|SECRET|unknown\.example/);
    }
  });

  it('lands once: whatever way and order its members come in, it has the same request id', () => {
    const { resource } = eventNamed('patient-read');
    const [id] = read(resource).map(({ source }) => source.requestId);
    const other = { ...Object.fromEntries(Object.entries(resource).reverse()), id: 'abc' };
    const [again] = readAuditEvent(other, SOURCES, 'f'.repeat(64));
    expect(again?.source.requestId).to.equal(id);
    const [later] = read({ ...resource, period: { start: '2026-11-01T08:00:00.001Z' } });
    expect(later?.source.requestId).to.not.equal(id);
  });

  it('names its sender by itself where no row of the configuration is for it', () => {
    const { resource } = eventNamed('by-identifier');
    const [event] = readAuditEvent(resource, NO_SOURCES, EVIDENCE);
    expect(event?.source.system).to.equal('urn:example:devices|ehr');
    const nobody = { ...NO_SOURCES, organisation: 'ours' };
    const bare = readAuditEvent(eventNamed('bare').resource, nobody, EVIDENCE)[0];
    expect(bare).to.deep.include({ organisation: 'ours', category: 'not-given' });
    expect(bare?.source.system).to.equal('a terminal');
    expect(bare?.assumed).to.include('category-missing');
  });

  it('is mapped by the row that its site fits, before the row for everybody', () => {
    const row = { ...SOURCES.sources[0], match: { site: 'north' }, system: 'north' };
    const sources = { sources: [...SOURCES.sources.slice(2), row] } as typeof SOURCES;
    const { resource } = eventNamed('by-identifier');
    const source = { ...(resource['source'] as object), site: 'north' };
    const [event] = readAuditEvent({ ...resource, source } as JsonValue, sources, EVIDENCE);
    expect(event?.source.system).to.equal('north');
    expect(readAuditEvent(resource, sources, EVIDENCE)[0]?.source.system).to.equal('anybody');
  });

  describe('with an access token in it', () => {
    const jwt = `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJkciJ9.${'s'.repeat(40)}${'t'.repeat(32)}`;
    const withToken = (text: string) => {
      const resource = structuredClone(eventNamed('patient-read').resource) as never as {
        agent: { who: object; policy?: string[] }[];
      };
      const agent = resource.agent[2] as { who: object; policy?: string[] };
      agent.who = { identifier: { value: text } };
      agent.policy = [`urn:ietf:params:oauth:jti:${text}`.replaceAll(' ', '')];
      return resource as unknown as JsonValue;
    };

    it('keeps its last 32 characters at most, and says so', () => {
      for (const token of [jwt, `Bearer ${'a'.repeat(50)}${'t'.repeat(32)}`]) {
        const [event] = read(withToken(token));
        expect(event?.actor.id).to.equal('t'.repeat(32));
        expect(event?.assumed).to.deep.equal(['token-cut']);
        expect(JSON.stringify(event)).to.not.include(token.slice(-40));
      }
    });
  });

  describe('held to the profiles of IHE', () => {
    const keeping = new Set(
      'patient-read patient-query patient-query-post patient-create patient-update patient-delete user-and-token disclosure-source disclosure-bystanders break-glass emergency-room local-override by-identifier server-interceptor'.split(
        ' ',
      ),
    );
    for (const { name, resource } of EVENTS) {
      it(`${keeping.has(name) ? 'is taken' : 'is refused'}: ${name}`, () => {
        const act = () => read(resource, { strict: true });
        if (keeping.has(name)) expect(act()).to.deep.equal(read(resource));
        else expect(issueOf(act)).to.deep.include({ code: 'BAD_INPUT' });
      });
    }
  });

  it('tells of every assumption that there is, in some event of the vectors or of this file', () => {
    const seen = new Set(
      EVENTS.flatMap(({ resource }) => read(resource)).flatMap((e) => e.assumed ?? []),
    );
    const elsewhere = ['token-cut', 'category-missing'];
    const rare = Object.keys(ASSUMPTIONS).filter(
      (word) => !seen.has(word) && !elsewhere.includes(word),
    );
    expect(rare.filter((word) => !RARE.has(word))).to.deep.equal([]);
  });

  const variants: readonly [word: string, event: string, change: (json: never) => void][] = [
    [
      'client-unclear',
      'patient-read',
      ({ agent }: { agent: object[] }) => agent.push(agent[0] as object),
    ],
    [
      'requestor-missing',
      'patient-read',
      ({ agent }: { agent: { requestor: boolean }[] }) => {
        (agent[2] as { requestor: boolean }).requestor = false;
      },
    ],
    [
      'other-agents-left-out',
      'patient-update',
      ({ agent }: { agent: object[] }) => agent.push(agent[3] as object),
    ],
    [
      'purposes-several',
      'patient-read',
      (json: { purposeOfEvent?: unknown }) => {
        json.purposeOfEvent = [
          { coding: [{ system: 'urn:oid:2.16.840.1.113883.5.8', code: 'HRESCH' }] },
        ];
      },
    ],
    [
      'roles-several',
      'patient-read',
      ({ agent }: { agent: { role?: object[] }[] }) => agent[2]?.role?.push({ text: 'teacher' }),
    ],
    [
      'search-left-out',
      'patient-read',
      ({ entity }: { entity: { what: object }[] }) => {
        (entity[1] as { what: object }).what = { reference: 'Observation?patient=1001' };
      },
    ],
  ];
  const RARE = new Set(variants.map(([word]) => word));
  for (const [word, event, change] of variants) {
    it(`says what was assumed: ${word}`, () => {
      const resource = structuredClone(eventNamed(event).resource);
      change(resource as never);
      const before = read(eventNamed(event).resource)[0];
      const after = read(resource)[0];
      expect(after?.assumed).to.include(word);
      expect([after?.actor.id, after?.purpose, after?.role]).to.deep.equal([
        before?.actor.id,
        before?.purpose,
        before?.role,
      ]);
    });
  }

  it('throws the one error that the gateway knows', () => {
    expect(() => read({})).to.throw(ChartsealError);
  });
});
