// Elements of FHIR R4 that an AuditEvent is made of: name to type, `!` for what must be there,
// `*` for lists. What is not here is not R4. (hl7.org/fhir/R4/auditevent.html, datatypes.html)

type Elements = Readonly<Record<string, string>>;

const ELEMENT: Elements = { id: 'text', extension: 'Extension*' };
const BACKBONE: Elements = { ...ELEMENT, modifierExtension: 'Extension*' };

export const R4_TYPES: Readonly<Record<string, Elements>> = {
  AuditEvent: {
    resourceType: 'code!',
    id: 'id',
    meta: 'Meta',
    implicitRules: 'uri',
    language: 'code',
    text: 'Narrative',
    contained: 'Resource*',
    extension: 'Extension*',
    modifierExtension: 'Extension*',
    type: 'Coding!',
    subtype: 'Coding*',
    action: 'action',
    period: 'Period',
    recorded: 'instant!',
    outcome: 'outcome',
    outcomeDesc: 'text',
    purposeOfEvent: 'CodeableConcept*',
    agent: 'Agent!*',
    source: 'Source!',
    entity: 'Entity*',
  },
  Agent: {
    ...BACKBONE,
    type: 'CodeableConcept',
    role: 'CodeableConcept*',
    who: 'Reference',
    altId: 'text',
    name: 'text',
    requestor: 'boolean!',
    location: 'Reference',
    policy: 'uri*',
    media: 'Coding',
    network: 'Network',
    purposeOfUse: 'CodeableConcept*',
  },
  Network: { ...BACKBONE, address: 'text', type: 'networkType' },
  Source: { ...BACKBONE, site: 'text', observer: 'Reference!', type: 'Coding*' },
  Entity: {
    ...BACKBONE,
    what: 'Reference',
    type: 'Coding',
    role: 'Coding',
    lifecycle: 'Coding',
    securityLabel: 'Coding*',
    name: 'text',
    description: 'text',
    query: 'base64Binary',
    detail: 'Detail*',
  },
  Detail: { ...BACKBONE, type: 'text!', valueString: 'text', valueBase64Binary: 'base64Binary' },
  Coding: {
    ...ELEMENT,
    system: 'uri',
    version: 'text',
    code: 'code',
    display: 'text',
    userSelected: 'boolean',
  },
  CodeableConcept: { ...ELEMENT, coding: 'Coding*', text: 'text' },
  Reference: {
    ...ELEMENT,
    reference: 'text',
    type: 'uri',
    identifier: 'Identifier',
    display: 'text',
  },
  Identifier: {
    ...ELEMENT,
    use: 'identifierUse',
    type: 'CodeableConcept',
    system: 'uri',
    value: 'text',
    period: 'Period',
    assigner: 'Reference',
  },
  Period: { ...ELEMENT, start: 'dateTime', end: 'dateTime' },
  Meta: {
    ...ELEMENT,
    versionId: 'id',
    lastUpdated: 'instant',
    source: 'uri',
    profile: 'uri*',
    security: 'Coding*',
    tag: 'Coding*',
  },
  Narrative: { ...ELEMENT, status: 'narrativeStatus!', div: 'text!' },
};

const TIME =
  '([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?(Z|[+-]((0\\d|1[0-3]):[0-5]\\d|14:00))';
const YEAR = '[1-9]\\d{3}';
const DAY = '(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';

const oneOf = (...codes: string[]) => new RegExp(`^(?:${codes.join('|')})$`);

/** Primitive types that are texts in JSON, with what they may look like. */
export const R4_TEXTS: Readonly<Record<string, RegExp>> = {
  text: /\S/,
  uri: /^\S+$/,
  id: /^[A-Za-z0-9\-.]{1,64}$/,
  code: /^\S+(?: \S+)*$/,
  instant: new RegExp(`^${YEAR}-${DAY}T${TIME}$`),
  dateTime: new RegExp(`^${YEAR}(?:-(?:0[1-9]|1[0-2])|-${DAY}(?:T${TIME})?)?$`),
  // Spaces stand in one place only: else long runs of them are walked again and again.
  base64Binary: /^[A-Za-z0-9+/\s]+(?:=\s*){0,2}$/,
  action: oneOf('C', 'R', 'U', 'D', 'E'),
  outcome: oneOf('0', '4', '8', '12'),
  networkType: oneOf('1', '2', '3', '4', '5'),
  identifierUse: oneOf('usual', 'official', 'temp', 'secondary', 'old'),
  narrativeStatus: oneOf('generated', 'extensions', 'additional', 'empty'),
};

/** Primitive types bound to a value set that must be kept. */
export const R4_BOUND: ReadonlySet<string> = new Set([
  'action',
  'outcome',
  'networkType',
  'identifierUse',
  'narrativeStatus',
]);
