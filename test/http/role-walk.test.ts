import { expect } from 'chai';
import { ROLES } from '../../gateway/http/caller.js';
import type { ListenerKind } from '../../gateway/http/observer.js';
import { ROUTES } from '../../gateway/http/table.js';
import {
  type Credentials,
  FOREIGN,
  MARKS,
  OWN,
  type RoleAnswer,
  RolePlace,
  type Shelf,
  SYSTEM_ROLES,
  type Whose,
} from '../support/role-place.js';
import { ROLE_REQUESTS } from '../support/role-requests.js';

/**
 * What each caller is answered. A letter each, in this order:
 *   no credentials, wrong ones; archivist, source-system, auditor, patient, privacy-officer, admin
 *   of the own organisation | the same six of another one | on the local listener: no credentials,
 *   wrong ones, an archivist's, the operator's.
 * y is done; u 401 UNAUTHENTICATED; n 403 ACCESS_DENIED; x 404 NOT_FOUND; r 404 NO_ROUTE; l a line
 * that says ACCESS_DENIED. Written by hand from what was decided, never from the table of routes.
 */
interface Expected {
  /** About what the calling source submitted, of the calling patient. */
  readonly mine: string;
  /** About what another source submitted, of another patient; as `mine` when it is left out. */
  readonly theirs?: string;
  /** It is the caller who sends what it is about. */
  readonly isSent?: true;
  /** Status when it is done; 200 when it is left out. */
  readonly done?: number;
  /** Entries that each time leaves in the log. */
  readonly writes?: number;
}

const OPEN = 'yu yyyyyy | yyyyyy | yuuy';
const FOR_COMMANDS = 'ru rrrrrr | rrrrrr | uuuy';
const WRITERS = 'uu yynnnn | nnnnnn | uuuy';
const READERS = 'uu yyynnn | nnnnnn | uuuy';
const READERS_OF_OTHERS = 'uu yxynnn | nnnnnn | uuuy';
const STAFF = 'uu ynnnyn | nnnnnn | uuuy';
const PATIENT = 'uu nnnynn | nnnnnn | uuun';
const LEAVES = 'uu ynynny | nnynnn | uuuy';

const records: Expected = { mine: READERS, theirs: READERS_OF_OTHERS };
const commands: Expected = { mine: FOR_COMMANDS };
const open: Expected = { mine: OPEN };

const TABLE: Readonly<Record<string, Expected>> = {
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
  'readOwnAccessHistory header': { mine: PATIENT },
  readOwnAccessHistoryFile: { mine: PATIENT },
  resolvePatient: { mine: STAFF },
  readAccessHistory: { mine: STAFF, writes: 1 },
  readAccessHistoryFile: { mine: STAFF, writes: 1 },
  verify: { mine: 'uu yyyyyy | nnynnn | uuuy', isSent: true },
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
  operatorAudit: { mine: FOR_COMMANDS, writes: 1 },
  readSession: open,
  readOpenApi: open,
  readDocs: open,
  readDocsStyle: open,
  readDocsScript: open,
};

const REFUSALS: Readonly<Record<string, string>> = {
  '401 UNAUTHENTICATED': 'u',
  '403 ACCESS_DENIED': 'n',
  '404 NOT_FOUND': 'x',
  '404 NO_ROUTE': 'r',
};
const PROBLEM = 'application/problem+json';
const PATIENT_COLUMN = ROLES.indexOf('patient');

interface Block {
  readonly listener: ListenerKind;
  /** In the order of the letters. */
  readonly callers: readonly Credentials[];
  /** The part of the expected text that is about these callers. */
  readonly letters: (text: string) => string;
}

/** The letter for an answer, or the answer as it is where there is none. */
function letterOf({ status, type, text }: RoleAnswer, done: number): string {
  if (type === PROBLEM) {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    return REFUSALS[`${status} ${code}`] ?? `[${status} ${code} ${detail}]`;
  }
  if (status !== done) return `[${status} ${text.slice(0, 200)}]`;
  if (type !== 'application/x-ndjson' || !text.includes('"error":')) return 'y';
  return text.includes('"ACCESS_DENIED"') ? 'l' : `[line ${text.slice(0, 300)}]`;
}

describe('who may do what', () => {
  let place: RolePlace;
  let blocks: readonly Block[];

  before(async function () {
    this.timeout(180_000);
    place = await RolePlace.open();
    const part = (at: number) => (text: string) => (text.split('|')[at] ?? '').replaceAll(' ', '');
    const noPatient = (text: string) =>
      text.slice(0, text.length - ROLES.length + PATIENT_COLUMN) +
      text.slice(text.length - ROLES.length + PATIENT_COLUMN + 1);
    const ofRoles = (organisation: typeof OWN | typeof FOREIGN) =>
      ROLES.map((role) => place.person(organisation, role));
    const ofSystems = (organisation: typeof OWN | typeof FOREIGN) =>
      SYSTEM_ROLES.map((role) => place.system(`${organisation} ${role}`));
    const wrong = { token: 'a.b.c' };
    blocks = [
      {
        listener: 'people',
        callers: [{}, wrong, ...ofRoles(OWN)],
        letters: part(0),
      },
      { listener: 'people', callers: ofRoles(FOREIGN), letters: part(1) },
      {
        listener: 'systems',
        // A certificate that TLS takes but nobody knows, and a token that does not fit to one.
        callers: [
          place.system('unknown'),
          { ...place.system(`${OWN} admin`), ...place.person(OWN, 'admin') },
          ...ofSystems(OWN),
        ],
        letters: (text) => `uu${noPatient(part(0)(text)).slice(2)}`,
      },
      {
        listener: 'systems',
        callers: ofSystems(FOREIGN),
        letters: (text) => noPatient(part(1)(text)),
      },
      {
        listener: 'local',
        callers: [{}, wrong, place.person(OWN, 'archivist'), place.operator()],
        letters: part(2),
      },
    ];
  });
  after(() => place?.close());

  function checkBytes(letter: string, text: string, isPatient: boolean, where: string): void {
    const isDone = letter === 'y';
    const hidden = isDone ? (isPatient ? [MARKS.theirs] : []) : [...Object.values(MARKS), 'CANARY'];
    for (const one of hidden) expect(text, where).to.not.include(one);
  }

  async function askAll(name: string, { listener, callers }: Block, shelf: Shelf, done: number) {
    const ask = ROLE_REQUESTS[name];
    if (ask === undefined) throw new Error(`nobody says how ${name} is asked`);
    const answers = await Promise.all(callers.map((by) => place.ask(listener, ask(shelf), by)));
    const letters = answers.map((answer) => letterOf(answer, done));
    answers.forEach(({ text }, at) => {
      const isPatient = callers.length - ROLES.length + PATIENT_COLUMN === at;
      const where = `${name} on ${listener}, caller ${at}`;
      const isPerson = listener === 'people';
      checkBytes(letters[at] as string, text, isPatient && isPerson, where);
    });
    return letters.join('');
  }

  async function walk(name: string, expected: Expected, whose: Whose): Promise<void> {
    const { done = 200, writes = 0, mine } = expected;
    const text = whose === 'mine' ? mine : (expected.theirs ?? mine);
    const before = await place.accepted();
    const found: string[] = [];
    for (const block of blocks) {
      const shelf = place.shelf(block.listener, whose);
      found.push(await askAll(name, block, shelf, done));
    }
    const wanted = blocks.map(({ letters }) => letters(text));
    const where = `${name}, ${whose}: people, others' people, systems, others' systems, local`;
    expect(found, where).to.deep.equal(wanted);
    const written = wanted.join('').replaceAll(/[^y]/g, '').length * writes;
    expect(await place.accepted(), `${name}, ${whose}: entries`).to.equal(before + written);
  }

  it('is said here for every route, and for none that there is not', () => {
    const said = new Set(Object.keys(TABLE).map((name) => name.split(' ')[0]));
    // Pages are the same for everybody: test/http/pages.test.ts.
    const rows = ROUTES.filter(({ isPage }) => isPage !== true);
    expect([...said]).to.have.members(rows.map(({ operationId }) => operationId));
    expect(Object.keys(ROLE_REQUESTS)).to.have.members(Object.keys(TABLE));
  });

  for (const [name, expected] of Object.entries(TABLE)) {
    it(`holds for ${name}, of every role, on every listener`, async () => {
      await walk(name, expected, 'mine');
      const isAboutData = ROLE_REQUESTS[name]?.length === 1 && expected.isSent !== true;
      if (isAboutData) await walk(name, expected, 'theirs');
    });
  }

  it('is nothing at all for a client without a certificate', async () => {
    const failed = await place.ask('systems', { target: '/healthz' }).then(
      ({ status }) => `answered ${status}`,
      ({ code }: { code?: string }) => String(code),
    );
    expect(failed).to.match(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
  });

  it('is nothing for the token of a person on the listener of systems', async () => {
    for (const role of ROLES) {
      const by = { ...place.system(`${OWN} auditor`), ...place.person(OWN, role) };
      const answer = await place.ask('systems', { target: '/v1/log/leaves' }, by);
      expect(letterOf(answer, 200), role).to.equal('u');
    }
  });

  it('is decided by roles and organisation together: nobody has those of another', async () => {
    const both = place.person(FOREIGN, 'source-system', 'mine', 'source-system');
    const { leafHash } = place.shelf('people', 'mine');
    const answer = await place.ask('people', { target: `/v1/receipts/${leafHash}` }, both);
    expect(letterOf(answer, 200)).to.equal('n');
  });
});
