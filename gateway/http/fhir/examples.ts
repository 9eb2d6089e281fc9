// Resources that show in the OpenAPI document what is taken here. Nobody's identifiers.
import type { JsonObject } from '../../../chaincode/core/json.js';
import { DCM } from '../../fhir/codes.js';

const CODES = 'http://terminology.hl7.org/CodeSystem';

/** A clinician reads a document; after the profile PatientRead of IHE BALP. */
export const AUDIT_EVENT_EXAMPLE: JsonObject = {
  resourceType: 'AuditEvent',
  type: { system: `${CODES}/audit-event-type`, code: 'rest' },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
  action: 'R',
  recorded: '2026-11-01T08:00:00.000Z',
  outcome: '0',
  purposeOfEvent: [{ coding: [{ system: `${CODES}/v3-ActReason`, code: 'TREAT' }] }],
  agent: [
    {
      type: { coding: [{ system: DCM, code: '110153' }] },
      who: { display: 'Server of the archive' },
      requestor: false,
      network: { address: 'https://archive.example/fhir', type: '5' },
    },
    {
      type: { coding: [{ system: DCM, code: '110152' }] },
      who: { display: 'Ward 3, desk 2' },
      requestor: false,
      network: { address: '192.0.2.17', type: '2' },
    },
    {
      type: { coding: [{ system: `${CODES}/v3-ParticipationType`, code: 'IRCP' }] },
      who: {
        identifier: { system: 'urn:oid:2.16.840.1.113883.19.7', value: 'practitioner-0007' },
      },
      requestor: true,
    },
    {
      type: { coding: [{ system: `${CODES}/v3-RoleClass`, code: 'PROV' }] },
      who: { identifier: { value: 'Example Hospital' }, display: 'Example Hospital' },
      requestor: false,
    },
  ],
  source: {
    observer: { identifier: { value: 'ehr.example' } },
    type: [{ system: `${CODES}/security-source-type`, code: '4' }],
  },
  entity: [
    {
      what: { reference: 'DocumentReference/000123' },
      type: { system: `${CODES}/audit-entity-type`, code: '2' },
      role: { system: `${CODES}/object-role`, code: '4' },
    },
    {
      what: {
        identifier: { system: 'urn:oid:2.16.840.1.113883.19.5', value: 'EXAMPLE-0001' },
      },
      type: { system: `${CODES}/audit-entity-type`, code: '1' },
      role: { system: `${CODES}/object-role`, code: '1' },
    },
    {
      what: { identifier: { value: 'ehr-2026-11-01-000042' } },
      type: {
        system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
        code: 'XrequestId',
      },
    },
  ],
};

const bundleOf = (type: string): JsonObject => ({
  resourceType: 'Bundle',
  type,
  entry: [{ resource: AUDIT_EVENT_EXAMPLE, request: { method: 'POST', url: 'AuditEvent' } }],
});

export const BATCH_EXAMPLE = bundleOf('batch');
export const TRANSACTION_EXAMPLE = bundleOf('transaction');
