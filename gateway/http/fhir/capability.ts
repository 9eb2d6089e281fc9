// What this gateway says of itself to FHIR clients (FHIR R4, capabilitystatement.html).
import type { CapabilityStatement, CapabilityStatementRestResourceSearchParam } from 'fhir/r4';

const DEFINITIONS = 'http://hl7.org/fhir/SearchParameter';

const PARAMETERS: readonly CapabilityStatementRestResourceSearchParam[] = [
  {
    name: 'patient',
    definition: `${DEFINITIONS}/AuditEvent-patient`,
    type: 'reference',
    documentation:
      'A reference by the table of the configuration, or patient:identifier and patient.identifier as system|value. Staff are recorded on the chain of each patient shown.',
  },
  {
    name: 'date',
    definition: `${DEFINITIONS}/AuditEvent-date`,
    type: 'date',
    documentation: 'When it happened; eq, ge, gt, le, lt; may stand several times.',
  },
  {
    name: 'agent',
    definition: `${DEFINITIONS}/AuditEvent-agent`,
    type: 'reference',
    documentation: 'Also agent:identifier and agent.identifier.',
  },
  { name: 'agent-name', definition: `${DEFINITIONS}/AuditEvent-agent-name`, type: 'string' },
  { name: 'entity', definition: `${DEFINITIONS}/AuditEvent-entity`, type: 'reference' },
  { name: 'action', definition: `${DEFINITIONS}/AuditEvent-action`, type: 'token' },
  { name: 'outcome', definition: `${DEFINITIONS}/AuditEvent-outcome`, type: 'token' },
  { name: 'type', definition: `${DEFINITIONS}/AuditEvent-type`, type: 'token' },
  { name: 'subtype', definition: `${DEFINITIONS}/AuditEvent-subtype`, type: 'token' },
];

export interface OwnFacts {
  readonly version: string;
  /** Base address, such as `https://gateway.example/fhir`. */
  readonly base: string;
  /** When the process began: from then on it is as stated here. */
  readonly since: string;
}

export function capabilityStatement({ version, base, since }: OwnFacts): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: since,
    kind: 'instance',
    software: { name: 'Chartseal', version },
    implementation: {
      description: 'Access events of a hospital, notarized in a transparent log.',
      url: base,
    },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'AuditEvents are accepted, never changed or deleted. The same event that comes again is answered with 200 and is not written twice.',
        security: {
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'OAuth',
                },
              ],
            },
          ],
          description: 'Bearer tokens of the configured issuers; client certificates for systems.',
        },
        resource: [
          {
            type: 'AuditEvent',
            interaction: [{ code: 'create' }, { code: 'read' }, { code: 'search-type' }],
            versioning: 'no-version',
            readHistory: false,
            updateCreate: false,
            conditionalCreate: false,
            conditionalRead: 'not-supported',
            conditionalUpdate: false,
            conditionalDelete: 'not-supported',
            searchParam: [...PARAMETERS],
          },
        ],
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
      },
    ],
  };
}
