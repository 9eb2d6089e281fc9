// Who may do what on which route, written by hand from what was decided, never from the table of
// routes: so that a wrong row there is found.

/**
 * What each caller is answered. A letter each, in this order:
 *   no credentials, wrong ones; archivist, source-system, auditor, patient, privacy-officer, admin
 *   of the own organisation | the same six of another one | on the local listener: no credentials,
 *   wrong ones, an archivist's, the operator's.
 * y is done; u 401 UNAUTHENTICATED; n 403 ACCESS_DENIED; x 404 NOT_FOUND; r 404 NO_ROUTE; l a line
 * that says ACCESS_DENIED; p a page that is done,
 * q a file of pages that there is not: both 501 NOT_SUPPORTED, b, where the pages were not built.
 */
export interface Expected {
  /** About what the calling source submitted, of the calling patient. */
  readonly mine: string;
  /** About what another source submitted, of another patient; where anything could differ. */
  readonly theirs?: string;
  /** It is for browsers: no other listener has it. */
  readonly isPage?: true;
  /** Status when it is done; 200 when it is left out. */
  readonly done?: number;
  /** Entries that each time leaves in the log. */
  readonly writes?: number;
  /** The same, but for the patient, who leaves none. */
  readonly looks?: number;
}

const OPEN = 'yu yyyyyy | yyyyyy | yuuy';
const FOR_COMMANDS = 'ru rrrrrr | rrrrrr | uuuy';
const WRITERS = 'uu yynnnn | nnnnnn | uuuy';
const READERS = 'uu yyynnn | nnnnnn | uuuy';
const READERS_OF_OTHERS = 'uu yxynnn | nnnnnn | uuuy';
const STAFF = 'uu ynnnyn | nnnnnn | uuuy';
const PATIENT = 'uu nnnynn | nnnnnn | uuun';
const OFFICER = 'uu nnnnyn | nnnnnn | uuuy';
const FILE_OF_PAGES = 'pu pppppp | pppppp | ruur';
const FOR_BROWSERS = 'yu yyyyyy | yyyyyy | ruur';
const READERS_OF_EVENTS = 'uu ynnyyn | nnnnnn | uuuy';
const LEAVES = 'uu ynynny | nnynnn | uuuy';

const records: Expected = { mine: READERS, theirs: READERS_OF_OTHERS };
const commands: Expected = { mine: FOR_COMMANDS };
const page: Expected = { mine: FILE_OF_PAGES, isPage: true };
const open: Expected = { mine: OPEN };

export const TABLE: Readonly<Record<string, Expected>> = {
  anchorRecord: { mine: WRITERS, theirs: 'uu ynnnnn | nnnnnn | uuuy', done: 202, writes: 1 },
  'anchorRecord document': {
    mine: WRITERS,
    theirs: 'uu ynnnnn | nnnnnn | uuuy',
    done: 202,
    writes: 1,
  },
  anchorRecords: { mine: WRITERS, theirs: 'uu ylnnnn | nnnnnn | uuuy', writes: 1 },
  readRecord: records,
  readRecordVersions: records,
  readRecordReceipt: records,
  readRecordHistory: records,
  recordAccess: { mine: WRITERS, theirs: 'uu ynnnnn | nnnnnn | uuuy', done: 202, writes: 1 },
  'recordAccess lines': { mine: WRITERS, theirs: 'uu ylnnnn | nnnnnn | uuuy', writes: 1 },
  readEntry: records,
  readReceipt: records,
  readOwnAccessHistory: { mine: PATIENT },
  'readOwnAccessHistory cursor': { mine: PATIENT, theirs: 'uu nnnxnn | nnnnnn | uuun' },
  // Whoever a patient names beside the credentials: it is the own file that is shown.
  'readOwnAccessHistory header': { mine: PATIENT, theirs: PATIENT },
  readOwnAccessHistoryFile: { mine: PATIENT },
  resolvePatient: { mine: STAFF, theirs: STAFF },
  readAccessHistory: { mine: STAFF, theirs: STAFF, writes: 1 },
  readAccessHistoryFile: { mine: STAFF, theirs: STAFF, writes: 1 },
  askInquiry: { mine: PATIENT, theirs: 'uu nnnxnn | nnnnnn | uuun', done: 201, writes: 1 },
  appealInquiry: { mine: PATIENT, theirs: 'uu nnnxnn | nnnnnn | uuun', done: 201, writes: 1 },
  listOwnInquiries: { mine: PATIENT },
  listInquiries: { mine: STAFF },
  readInquiry: { mine: STAFF, theirs: STAFF },
  answerInquiry: { mine: OFFICER, theirs: OFFICER, done: 201, writes: 1 },
  verify: { mine: 'uu yyyyyy | nnynnn | uuuy' },
  'verify leaf': {
    mine: 'uu yyyxxx | nnxnnn | uuuy',
    theirs: 'uu yxyxxx | nnxnnn | uuuy',
  },
  'verify record': {
    mine: 'uu yyyxxx | nnxnnn | uuuy',
    theirs: 'uu yxyxxx | nnxnnn | uuuy',
  },
  readCheckpoint: open,
  readCheckpointOfSize: open,
  proveConsistency: open,
  readLeaf: { mine: LEAVES },
  streamLeaves: { mine: LEAVES },
  readTrustFile: open,
  readVerifierKey: open,
  readLeafTile: { mine: LEAVES },
  readHashTile: open,
  isAlive: open,
  isReady: open,
  readMetrics: { mine: 'uu nnnnny | nnnnnn | yuuy' },
  readStatus: { mine: 'uu ynynny | nnnnnn | uuuy' },
  examine: { mine: 'uu nnnnny | nnnnnn | uuuy' },
  operatorStanding: commands,
  operatorAccess: { mine: FOR_COMMANDS, writes: 1 },
  operatorReceipt: commands,
  operatorHistory: commands,
  operatorImport: { mine: FOR_COMMANDS, writes: 1 },
  operatorIngest: { mine: FOR_COMMANDS, writes: 1 },
  operatorProven: commands,
  operatorExport: commands,
  // It ends before its first row is answered: whoever sends no second one wants no more.
  operatorAudit: commands,
  readOpenApi: open,
  readDocs: open,
  readDocsStyle: open,
  readDocsScript: open,
  readSession: open,
  readRemaining: open,
  beginLogin: { mine: FOR_BROWSERS, isPage: true, done: 303 },
  finishLogin: { mine: FOR_BROWSERS, isPage: true, done: 303 },
  // There is no demo here.
  demoLogin: { mine: 'ru rrrrrr | rrrrrr | ruur', isPage: true },
  // Asked for by no page of ours, as nobody may sign anybody out.
  logout: { mine: 'nu nnnnnn | nnnnnn | ruur', isPage: true },
  readPageIndex: page,
  readPagePatient: page,
  readPageArchivist: page,
  readPageAuditor: page,
  readPageInquiries: page,
  readPageVerify: page,
  downloadVerifyPage: page,
  readPageAsset: { mine: 'qu qqqqqq | qqqqqq | ruur', isPage: true },
  readFeeds: { mine: 'uu ynynny | nnnnnn | uuuy' },
  listRefused: { mine: 'uu ynnnny | nnnnnn | uuuy' },
  readRefused: { mine: 'uu xnnnnx | nnnnnn | uuux' },
  readArchive: { mine: 'uu ynynyy | nnnnnn | uuuy' },
  findRecords: { mine: 'uu ynynnn | nnnnnn | uuuy' },
  listFailed: { mine: 'uu ynnnny | nnnnnn | uuuy' },
  // There is nothing that failed.
  retryFailed: { mine: 'uu xnnnnx | nnnnnn | uuux' },
  operatorImportAudit: { mine: FOR_COMMANDS, writes: 1 },
  operatorReplay: commands,
  operatorDiscard: { mine: 'ru rrrrrr | rrrrrr | uuux' },
  readCapabilities: open,
  createAuditEvent: { mine: WRITERS, theirs: 'uu ynnnnn | nnnnnn | uuuy', done: 201, writes: 1 },
  processBundle: { mine: WRITERS, theirs: 'uu ynnnnn | nnnnnn | uuuy', writes: 1 },
  readAuditEvent: { mine: READERS_OF_EVENTS, theirs: 'uu ynnxyn | nnnnnn | uuuy', looks: 1 },
  readAuditEventVersion: { mine: READERS_OF_EVENTS, theirs: 'uu ynnxyn | nnnnnn | uuuy', looks: 1 },
  searchAuditEvents: { mine: READERS_OF_EVENTS, theirs: READERS_OF_EVENTS, looks: 1 },
  searchAuditEventsByForm: { mine: READERS_OF_EVENTS, theirs: READERS_OF_EVENTS, looks: 1 },
};
