import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { JsonObject } from '../../chaincode/core/json.js';
import { PURPOSES_OF_USE } from '../../gateway/fhir/codes.js';
import { FhirIssue } from '../../gateway/fhir/fhir-issue.js';
import { readAuditEvent } from '../../gateway/fhir/read-audit-event.js';
import type { FhirSources } from '../../gateway/fhir/sources.js';
import { EVIDENCE, eventNamed, SOURCES } from './fhir-cases.js';

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const OLD_NAME = 'urn:oid:2.16.840.1.113883.5.8';

const coded = (...codes: readonly string[]) => ({
  coding: codes.map((code) => ({ system: ACT_REASON, code })),
});

/** A read of a patient's data for this purpose alone. */
function read(purpose: JsonObject, sources: FhirSources = SOURCES) {
  const resource = structuredClone(eventNamed('patient-read').resource) as unknown as {
    agent: JsonObject[];
    purposeOfEvent?: unknown;
  };
  delete resource.purposeOfEvent;
  resource.agent = resource.agent.map(({ purposeOfUse: _, ...agent }) => agent);
  resource.agent[2] = { ...resource.agent[2], purposeOfUse: [purpose] };
  const [event] = readAuditEvent(resource as unknown as JsonObject, sources, EVIDENCE);
  return { purpose: event?.purpose, breakGlass: event?.breakGlass };
}

/** The configuration of the tests with more in the row of the sender. */
function configured(more: object): FhirSources {
  const [first, ...rest] = SOURCES.sources;
  return { sources: [{ ...first, ...more } as FhirSources['sources'][number], ...rest] };
}

describe('a purpose of use', () => {
  it('that v3-ActReason has is taken as it is', () => {
    for (const code of PURPOSES_OF_USE) {
      expect(read(coded(code))).to.deep.equal({ purpose: code, breakGlass: code === 'BTG' });
    }
  });

  it('that is an override is one beside another code of the same concept too', () => {
    for (const codes of [
      ['TREAT', 'BTG'],
      ['BTG', 'TREAT'],
    ]) {
      expect(read(coded(...codes))).to.deep.equal({ purpose: 'TREAT', breakGlass: true });
    }
  });

  it('that v3-ActReason does not have is no ordinary access: it may be an override', () => {
    const unknown = ['btg', 'Btg', 'BREAKGLASS', 'EMERGENCY', 'treat', 'NONE', 'constructor'];
    for (const code of unknown) {
      for (const purpose of [
        coded(code),
        coded('TREAT', code),
        { coding: [{ system: OLD_NAME, code }] },
      ]) {
        const refused = (): unknown => read(purpose);
        expect(refused, code).to.throw(FhirIssue).with.property('code', 'EVENT_NOT_MAPPED');
        expect(refused, code).to.throw(ChartsealError, /\.code: .*fhir\.sources\[0\]/);
      }
    }
  });

  it('that v3-ActReason does not have is what the configuration says of it', () => {
    const own = configured({
      purposes: { [`${ACT_REASON}|NEWCODE`]: 'NEWCODE' },
      breakGlass: [`${ACT_REASON}|btg`],
    });
    expect(read(coded('NEWCODE'), own)).to.deep.equal({ purpose: 'NEWCODE', breakGlass: false });
    expect(read(coded('btg'), own)).to.deep.equal({ purpose: 'BTG', breakGlass: true });
    expect(read(coded('TREAT', 'btg'), own)).to.deep.equal({ purpose: 'TREAT', breakGlass: true });
  });
});
