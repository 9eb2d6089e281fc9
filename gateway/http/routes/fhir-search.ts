// FHIR R4 search for AuditEvents, by query and by form. A patient finds the own events alone; staff
// are recorded on the chains of the patients before they are shown anything.
import type { Bundle, BundleLink } from 'fhir/r4';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { parseTime } from '../../../chaincode/core/time.js';
import { FhirIssue } from '../../fhir/fhir-issue.js';
import { patientsOfReference } from '../../fhir/sources.js';
import type { SearchPage } from '../../services/event-search.js';
import { ACCEPT_REFUSALS } from '../accepting.js';
import { EVENTS, READERS, TAG } from '../fhir/audit-events.js';
import { isWanted } from '../fhir/event-filter.js';
import { lookFor, PURPOSE, ShownPatients } from '../fhir/fhir-look.js';
import { ACCEPT, checkAccept, isLenient, PREFER_HEADER } from '../fhir/negotiation.js';
import { FHIR_TYPE, fhirBody } from '../fhir/refusal.js';
import { formatSearchCursor, parseSearchCursor, type SearchCursor } from '../fhir/search-cursor.js';
import { SEARCH_FORM, SEARCH_PARAMETERS } from '../fhir/search-parameters.js';
import { parseSearch, readPairs, type SearchQuery } from '../fhir/search-query.js';
import { SEARCHSET_SHAPE } from '../fhir/shapes.js';
import { eventSearchOf, withheldFrom, writtenEvent } from '../fhir/written.js';
import { MAX_FORM_BYTES } from '../limits.js';
import { recordLook, recordLooks } from '../look.js';
import type { Answer, ApiAnswer, ApiRequest, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, isStaff, ownPatient } from '../visibility.js';

/** Query and form together, as FHIR has it. */
async function readQuery(request: ApiRequest): Promise<SearchQuery> {
  const { target, mediaType } = request;
  const start = target.indexOf('?');
  const query = start < 0 ? '' : target.slice(start + 1);
  const form = mediaType === undefined ? '' : formText(await request.bytes());
  return parseSearch([...readPairs(query), ...readPairs(form)], isLenient(request));
}

function formText(bytes: Uint8Array): string {
  // A form is ASCII; what is not would be read one way here and another way there.
  if (bytes.every((byte) => byte > 0x20 && byte < 0x7f))
    return Buffer.from(bytes).toString('latin1');
  throw new ChartsealError('BAD_INPUT', 'the form is not percent-encoded');
}

/** Whom the search names. Throws EVENT_NOT_MAPPED for a reference that means nobody known. */
function namedPatient(
  { patient, patientReference }: SearchQuery,
  { fhir }: GatewayServices,
): PatientIdentifier | undefined {
  if (patientReference === undefined) return patient;
  const reference = patientReference.includes('/')
    ? patientReference
    : `Patient/${patientReference}`;
  const [found, ...others] = patientsOfReference(fhir, reference);
  if (found !== undefined && others.length === 0) return found;
  const reason =
    found === undefined
      ? 'no row of fhir.sources has patientReferences for it; give patient.identifier'
      : 'it means patients of several systems; give patient.identifier';
  throw new FhirIssue('EVENT_NOT_MAPPED', 'business-rule', 'patient', reason);
}

/** Whose events may be shown: staff see whom they name, a patient sees the own. */
function searchedPatient(
  request: ApiRequest,
  named: PatientIdentifier | undefined,
): PatientIdentifier | undefined {
  const caller = callerOf(request);
  if (isStaff(caller)) return named;
  const patient = ownPatient(caller);
  const isOwn =
    named === undefined || (named.system === patient.system && named.value === patient.value);
  if (isOwn) return patient;
  throw new ChartsealError('ACCESS_DENIED', 'a patient finds the own events alone');
}

/** The first page's place, once a look of staff is recorded. */
async function begin(
  request: ApiRequest,
  services: GatewayServices,
  query: SearchQuery,
): Promise<SearchCursor> {
  const { filter, count } = query;
  const patient = searchedPatient(request, namedPatient(query, services));
  const place = eventSearchOf(services).begin(patient);
  if (!isStaff(callerOf(request))) return { place, filter, count };
  const look = lookFor(request, 'E');
  if (patient !== undefined) await recordLook(request, services, patient, look);
  return { place, filter, count, look };
}

type Entries = NonNullable<Bundle['entry']>;

async function linksOf(
  request: ApiRequest,
  cursor: SearchCursor,
  { next }: SearchPage<unknown>,
): Promise<BundleLink[]> {
  const address = request.origin + EVENTS;
  // What a search asked for names patients: no link repeats it.
  const self = { relation: 'self', url: address };
  if (next === undefined) return [self];
  const text = await formatSearchCursor({ ...cursor, place: next }, callerOf(request), Date.now());
  return [self, { relation: 'next', url: `${address}?_cursor=${encodeURIComponent(text)}` }];
}

async function search(request: ApiRequest, services: GatewayServices): Promise<ApiAnswer> {
  checkAccept(request);
  const query = await readQuery(request);
  const isFirst = query.cursor === undefined;
  const cursor =
    query.cursor === undefined
      ? await begin(request, services, query)
      : await parseSearchCursor(query.cursor, callerOf(request), Date.now());
  const withheld = withheldFrom(callerOf(request), services);
  const base = request.origin + EVENTS;
  const shown = new ShownPatients();
  const page = await eventSearchOf(services).page(
    cursor.place,
    cursor.count,
    (event): Entries[number] | undefined => {
      const resource = writtenEvent(event, withheld);
      const occurredAt = parseTime(event.entry.occurredAt, 'occurredAt');
      if (!isWanted(resource, cursor.filter, occurredAt)) return undefined;
      shown.add(event);
      return { fullUrl: `${base}/${event.leafHash}`, resource, search: { mode: 'match' } };
    },
    request.signal,
  );
  const { look, place } = cursor;
  // Of one patient, the first page has left a look.
  if (look !== undefined && place.label === undefined) {
    await recordLooks(request, services, shown.all, look);
  }
  const { found } = page;
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(isFirst && page.next === undefined ? { total: found.length } : {}),
    link: await linksOf(request, cursor, page),
    ...(found.length > 0 ? { entry: [...found] } : {}),
  };
  return { status: 200, ...fhirBody(bundle) };
}

const FOUND: Answer = {
  description:
    'A Bundle of type searchset, the newest first. It is the last page when it has no link next; a page may hold fewer events than were asked for, and none, while the link next goes on.',
  content: { type: FHIR_TYPE, shape: SEARCHSET_SHAPE },
};

const REFUSALS = [
  'NOT_ACCEPTABLE',
  'NOT_FOUND',
  'REQUEST_CONFLICT',
  'PATIENT_NOT_NORMAL',
  'EVENT_NOT_MAPPED',
  'STORE_CORRUPT',
  ...ACCEPT_REFUSALS,
] as const;

const DESCRIPTION =
  'Patients find their own events. Staff are recorded before they are shown anything: on the chain of the patient whom they name with the first page, else with each page on the chain of each patient of whom it shows an event that is no such look itself. Parameters that are not known are refused, or passed over with Prefer: handling=lenient.';

export const FHIR_SEARCH_ROUTES: readonly Route[] = [
  {
    operationId: 'searchAuditEvents',
    method: 'GET',
    path: EVENTS,
    tag: TAG,
    summary: 'Finds events.',
    description: `${DESCRIPTION} A query stands in many a log on its way: searches that name a patient are better sent as a form.`,
    access: READERS,
    parameters: [...SEARCH_PARAMETERS, ACCEPT, PREFER_HEADER, PURPOSE],
    takesAnyQuery: true,
    answers: { 200: FOUND },
    refusals: REFUSALS,
    handle: search,
  },
  {
    operationId: 'searchAuditEventsByForm',
    method: 'POST',
    path: `${EVENTS}/_search`,
    tag: TAG,
    summary: 'Finds events; what is asked for does not stand in the address.',
    description: DESCRIPTION,
    access: READERS,
    parameters: [ACCEPT, PREFER_HEADER, PURPOSE],
    takesAnyQuery: true,
    bodies: {
      'application/x-www-form-urlencoded': {
        description: 'The parameters of the search.',
        shape: SEARCH_FORM,
        maxBytes: MAX_FORM_BYTES,
      },
    },
    answers: { 200: FOUND },
    refusals: REFUSALS,
    handle: search,
  },
];
