// How each route is asked in the walk over all roles: about what is on one shelf, in a form that
// the route takes. What is written differs each time.
import { randomUUID } from 'node:crypto';
import { asJson, eventOf, type RoleRequest, recordOf, type Shelf } from './role-shelf.js';

const LINES = { 'Content-Type': 'application/x-ndjson' };
const BYTES = { 'Content-Type': 'application/octet-stream' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const FHIR = { 'Content-Type': 'application/fhir+json' };
const OWN_INQUIRIES = '/v1/patients/me/inquiries';
const PURPOSE = 'purpose=TREAT';

const get = (target: string) => () => ({ target });
const lines = (target: string, ...rows: readonly unknown[]): RoleRequest => ({
  target,
  headers: LINES,
  body: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
});
/** An event as the gateway wrote it, under a request of its own. */
function fhirEvent({ resource, requestId }: Shelf): string {
  return resource.replaceAll(requestId, randomUUID());
}

const fhirBundle = (shelf: Shelf) =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { resource: JSON.parse(fhirEvent(shelf)), request: { method: 'POST', url: 'AuditEvent' } },
    ],
  });

const recordPath = ({ record }: Shelf) => `/v1/records/${encodeURIComponent(record)}`;
const staffPath = ({ pseudonym }: Shelf) => `/v1/patients/${pseudonym}/access-history`;

const fileRow = () => ({
  ...{ line: 1, path: '', name: 'x', id: `file ${randomUUID()}` },
  ...{ digest: 'b'.repeat(64), size: 1, modifiedAtMs: 0 },
});
const AUDIT = {
  ...{ tool: 'test', paths: [], isLogOnly: true, isRestart: false },
  ...{ waitMs: 20_000, isWatched: false },
};

/** By operationId; a second form of one has a word behind it. */
export const ROLE_REQUESTS: Readonly<Record<string, (shelf: Shelf) => RoleRequest>> = {
  anchorRecord: (shelf) => ({
    target: '/v1/records',
    ...asJson(recordOf(`new ${randomUUID()}`, shelf)),
  }),
  'anchorRecord document': ({ source }) => ({
    target: `/v1/records?id=new-${randomUUID()}&category=x&source=${source}`,
    headers: BYTES,
    body: 'the document',
  }),
  anchorRecords: (shelf) => lines('/v1/records/batch', recordOf(`new ${randomUUID()}`, shelf)),
  readRecord: (shelf) => ({ target: recordPath(shelf) }),
  readRecordVersions: (shelf) => ({ target: `${recordPath(shelf)}/versions` }),
  readRecordReceipt: (shelf) => ({ target: `${recordPath(shelf)}/receipt` }),
  readRecordHistory: (shelf) => ({ target: `${recordPath(shelf)}/history` }),
  recordAccess: (shelf) => ({ target: '/v1/access-events', ...asJson(eventOf(shelf)) }),
  'recordAccess lines': (shelf) => lines('/v1/access-events', eventOf(shelf)),
  readEntry: ({ leafHash }) => ({ target: `/v1/entries/${leafHash}` }),
  readReceipt: ({ leafHash }) => ({ target: `/v1/receipts/${leafHash}` }),
  readOwnAccessHistory: get('/v1/patients/me/access-history'),
  'readOwnAccessHistory cursor': ({ cursor }) => ({
    target: `/v1/patients/me/access-history?cursor=${encodeURIComponent(cursor)}`,
  }),
  'readOwnAccessHistory header': ({ patient: { system, value } }) => ({
    target: '/v1/patients/me/access-history',
    headers: { 'Chartseal-Patient': `${system}|${value}` },
  }),
  readOwnAccessHistoryFile: get('/v1/patients/me/access-history/file'),
  resolvePatient: ({ patient }) => ({ target: '/v1/patients/resolve', ...asJson(patient) }),
  readAccessHistory: (shelf) => ({ target: `${staffPath(shelf)}?${PURPOSE}` }),
  readAccessHistoryFile: (shelf) => ({ target: `${staffPath(shelf)}/file?${PURPOSE}` }),
  // About an entry of whose shelf it is: that of another patient is not to be found.
  askInquiry: ({ leafHash }) => ({
    target: OWN_INQUIRIES,
    ...asJson({ question: 'why?', about: leafHash }),
  }),
  appealInquiry: ({ answered }) => ({
    target: `${OWN_INQUIRIES}/${answered}/appeals`,
    ...asJson({ question: 'why?' }),
  }),
  listOwnInquiries: get(OWN_INQUIRIES),
  listInquiries: get('/v1/inquiries?state=all&limit=100'),
  readInquiry: ({ inquiry }) => ({ target: `/v1/inquiries/${inquiry}` }),
  answerInquiry: ({ inquiry }) => ({
    target: `/v1/inquiries/${inquiry}/answers`,
    ...asJson({
      status: 'in-progress',
      dueAt: new Date(Date.now() + 200 * 86_400_000).toISOString(),
    }),
  }),
  verify: ({ receipt }) => ({
    target: '/v1/verify',
    ...asJson({ receipt: JSON.parse(receipt) }),
  }),
  'verify leaf': ({ leafHash }) => ({
    target: `/v1/verify?leafHash=${leafHash}`,
    headers: BYTES,
    body: 'the document',
  }),
  'verify record': ({ record }) => ({
    target: `/v1/verify?record=${encodeURIComponent(record)}`,
    headers: BYTES,
    body: 'the document',
  }),
  readCheckpoint: get('/v1/log/checkpoint'),
  readCheckpointOfSize: get('/v1/log/checkpoint/0'),
  proveConsistency: get('/v1/log/consistency?from=0'),
  readLeaf: get('/v1/log/leaves/0'),
  streamLeaves: get('/v1/log/leaves'),
  readTrustFile: get('/v1/log/trust'),
  readVerifierKey: get('/v1/log/vkey'),
  readLeafTile: get('/v1/log/tile/entries/000.p/1'),
  readHashTile: get('/v1/log/tile/0/000.p/1'),
  isAlive: get('/healthz'),
  isReady: get('/readyz'),
  readMetrics: get('/metrics'),
  readStatus: get('/v1/status'),
  examine: get('/v1/doctor'),
  operatorStanding: get('/operator/v1/standing'),
  operatorAccess: (shelf) => ({
    target: '/operator/v1/access-events',
    ...asJson(eventOf(shelf)),
  }),
  operatorReceipt: ({ leafHash }) => ({
    target: '/operator/v1/receipts',
    ...asJson({ leafHash }),
  }),
  operatorHistory: ({ patient }) => ({ target: '/operator/v1/histories', ...asJson({ patient }) }),
  operatorImport: (shelf) =>
    lines('/operator/v1/access-events/import', { line: 1, value: eventOf(shelf) }),
  operatorIngest: () => lines('/operator/v1/ingest', { category: 'x', moved: false }, fileRow()),
  operatorProven: () => ({ target: '/operator/v1/proven', ...asJson({ waitMs: 20_000 }) }),
  operatorExport: get('/operator/v1/export'),
  operatorAudit: () => lines('/operator/v1/audits', AUDIT),
  readOpenApi: get('/v1/openapi.json'),
  readDocs: get('/docs'),
  readDocsStyle: get('/docs/docs.css'),
  readDocsScript: get('/docs/docs.js'),
  readSession: get('/v1/session'),
  readRemaining: get('/v1/session/remaining'),
  beginLogin: get('/login'),
  finishLogin: get('/login/callback'),
  demoLogin: () => ({ target: '/login/demo', ...asJson({ subject: 'patient' }) }),
  logout: () => ({ target: '/logout', body: '' }),
  readPageIndex: get('/'),
  readPagePatient: get('/patient'),
  readPageArchivist: get('/archivist'),
  readPageAuditor: get('/auditor'),
  readPageInquiries: get('/inquiries'),
  readPageVerify: get('/verify'),
  downloadVerifyPage: get('/verify.html'),
  readPageAsset: get('/assets/none.js'),
  readFeeds: get('/v1/feeds'),
  listRefused: get('/v1/feeds/refused'),
  readRefused: get('/v1/feeds/refused/1'),
  readArchive: get('/v1/archive'),
  findRecords: ({ record }) => ({
    target: `/v1/archive/records?id=${encodeURIComponent(record)}`,
  }),
  listFailed: get('/v1/archive/failed'),
  retryFailed: () => ({ target: '/v1/archive/failed/4711/retry', body: '' }),
  operatorImportAudit: (shelf) =>
    lines('/operator/v1/audit-events/import', {
      ...{ number: 1, mediaType: FHIR['Content-Type'] },
      content: Buffer.from(fhirEvent(shelf)).toString('base64'),
    }),
  operatorReplay: () => ({ target: '/operator/v1/feed/replay', ...asJson({ ids: [] }) }),
  operatorDiscard: () => ({ target: '/operator/v1/feed/discard', ...asJson({ id: 1 }) }),
  readCapabilities: get('/fhir/metadata'),
  createAuditEvent: (shelf) => ({
    target: '/fhir/AuditEvent',
    headers: FHIR,
    body: fhirEvent(shelf),
  }),
  processBundle: (shelf) => ({ target: '/fhir', headers: FHIR, body: fhirBundle(shelf) }),
  readAuditEvent: ({ leafHash }) => ({ target: `/fhir/AuditEvent/${leafHash}` }),
  readAuditEventVersion: ({ leafHash }) => ({
    target: `/fhir/AuditEvent/${leafHash}/_history/1`,
  }),
  searchAuditEvents: ({ mark }) => ({
    target: `/fhir/AuditEvent?_count=5&agent.identifier=${mark}`,
  }),
  searchAuditEventsByForm: ({ mark }) => ({
    target: '/fhir/AuditEvent/_search',
    headers: FORM,
    body: `_count=5&agent.identifier=${mark}`,
  }),
};
