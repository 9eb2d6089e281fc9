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
  SYSTEM_ROLES,
  type Whose,
} from '../support/role-place.js';
import { ROLE_REQUESTS } from '../support/role-requests.js';
import type { Shelf } from '../support/role-shelf.js';
import { type Expected, TABLE } from './role-table.js';

const REFUSALS: Readonly<Record<string, string>> = {
  '401 UNAUTHENTICATED': 'u',
  '403 ACCESS_DENIED': 'n',
  '404 NOT_FOUND': 'x',
  '404 NO_ROUTE': 'r',
  '501 NOT_SUPPORTED': 'b',
};
const PROBLEM = 'application/problem+json';
/** How FHIR tells a refusal. */
const OUTCOME = /^\{"resourceType":"OperationOutcome".*?"code":"([A-Z_]{3,})"/s;
const PATIENT_COLUMN = ROLES.indexOf('patient');

interface Block {
  readonly listener: ListenerKind;
  /** In the order of the letters. */
  readonly callers: readonly Credentials[];
  /** What is expected of them, from the three parts that are. */
  readonly letters: (parts: readonly string[], expected: Expected) => string;
}

/** Code of a refusal as a whole. */
function codeOf({ type, text }: RoleAnswer): string | undefined {
  if (type !== PROBLEM) return OUTCOME.exec(text)?.[1];
  return (JSON.parse(text) as { code: string }).code;
}

/** Code of the first line that tells an error. */
function lineCode({ text }: RoleAnswer): string | undefined {
  type Line = { error?: { code: string }; row?: Line };
  const lines = text.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => JSON.parse(line) as Line);
  return parsed.map(({ error, row }) => (error ?? row?.error)?.code).find((code) => code);
}

/** The letter for an answer, or the answer as it is where there is none. */
function letterOf(answer: RoleAnswer, done: number): string {
  const { status, type, text } = answer;
  const code = codeOf(answer);
  const refusal = code === undefined ? undefined : REFUSALS[`${status} ${code}`];
  if (refusal !== undefined) return refusal;
  if (status !== done) return `[${status} ${text.slice(0, 200)}]`;
  const inLine = type === 'application/x-ndjson' ? lineCode(answer) : undefined;
  if (inLine === undefined) return 'y';
  return inLine === 'ACCESS_DENIED' ? 'l' : `[line ${inLine}]`;
}

describe('who may do what', () => {
  let place: RolePlace;
  let blocks: readonly Block[];

  before(async function () {
    this.timeout(180_000);
    place = await RolePlace.open();
    const noPatient = (letters: string) => {
      const at = letters.length - ROLES.length + PATIENT_COLUMN;
      return letters.slice(0, at) + letters.slice(at + 1);
    };
    const ofSystem = (letters: string, { isPage }: Expected) =>
      noPatient(isPage === true ? letters.replaceAll(/./g, 'r') : letters);
    const ofRoles = (organisation: typeof OWN | typeof FOREIGN) =>
      ROLES.map((role) => place.person(organisation, role));
    const ofSystems = (organisation: typeof OWN | typeof FOREIGN) =>
      SYSTEM_ROLES.map((role) => place.system(`${organisation} ${role}`));
    const wrong = { token: 'a.b.c' };
    blocks = [
      {
        listener: 'people',
        callers: [{}, wrong, ...ofRoles(OWN)],
        letters: ([own = '']) => own,
      },
      { listener: 'people', callers: ofRoles(FOREIGN), letters: ([, others = '']) => others },
      {
        listener: 'systems',
        // A certificate that TLS takes but nobody knows, and a token that does not fit to one.
        callers: [
          place.system('unknown'),
          { ...place.system(`${OWN} admin`), ...place.person(OWN, 'admin') },
          ...ofSystems(OWN),
        ],
        letters: ([own = ''], expected) => `uu${ofSystem(own, expected).slice(2)}`,
      },
      {
        listener: 'systems',
        callers: ofSystems(FOREIGN),
        letters: ([, others = ''], expected) => ofSystem(others, expected),
      },
      {
        listener: 'local',
        callers: [{}, wrong, place.person(OWN, 'archivist'), place.operator()],
        letters: ([, , local = '']) => local,
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
    const { done = 200, writes = 0, looks = 0, mine } = expected;
    const text = whose === 'mine' ? mine : (expected.theirs ?? mine);
    const before = await place.accepted();
    const found: string[] = [];
    for (const block of blocks) {
      const shelf = place.shelf(block.listener, whose);
      found.push(await askAll(name, block, shelf, done));
    }
    const pages = place.hasPages ? 'yx' : 'bb';
    const parts = text
      .replaceAll(' ', '')
      .replaceAll(/[pq]/g, (letter) => pages['pq'.indexOf(letter)] as string)
      .split('|');
    const wanted = blocks.map(({ letters }) => letters(parts, expected));
    const where = `${name}, ${whose}: people, others' people, systems, others' systems, local`;
    expect(found, where).to.deep.equal(wanted);
    const times = wanted.join('').replaceAll(/[^y]/g, '').length;
    const [first] = wanted;
    const byPatient = first?.at(PATIENT_COLUMN - ROLES.length) === 'y' ? 1 : 0;
    const written = times * writes + (times - byPatient) * looks;
    expect(await place.accepted(), `${name}, ${whose}: entries`).to.equal(before + written);
  }

  it('is said here for every route, and for none that there is not', () => {
    const said = new Set(Object.keys(TABLE).map((name) => name.split(' ')[0]));
    expect([...said]).to.have.members(ROUTES.map(({ operationId }) => operationId));
    expect(Object.keys(ROLE_REQUESTS)).to.have.members(Object.keys(TABLE));
  });

  for (const [name, expected] of Object.entries(TABLE)) {
    it(`holds for ${name}, of every role, on every listener`, async () => {
      await walk(name, expected, 'mine');
      if (expected.theirs !== undefined) await walk(name, expected, 'theirs');
    });
  }

  it('is nothing at all for a client without a certificate', async () => {
    const failed = await place.ask('systems', { target: '/healthz' }).then(
      ({ status }) => `answered ${status}`,
      ({ code }: { code?: string }) => String(code),
    );
    expect(failed).to.match(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
  });

  it('shows a patient who searches for another one nothing of that one', async () => {
    const { patient } = place.shelf('people', 'theirs');
    const name = `patient.identifier=${encodeURIComponent(`${patient.system}|${patient.value}`)}`;
    const by = place.person(OWN, 'patient');
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    for (const asked of [
      { target: `/fhir/AuditEvent?${name}` },
      { target: '/fhir/AuditEvent/_search', headers: form, body: name },
    ]) {
      const answer = await place.ask('people', asked, by);
      expect(letterOf(answer, 200), asked.target).to.equal('n');
      for (const one of [MARKS.theirs, patient.value]) expect(answer.text).to.not.include(one);
    }
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
