// The whole story of a hospital, on the ledger in its folder and on a live channel: the same
// commands give the same answers, and what was handed out verifies with the network gone.
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { parseJsonBytes } from '../../chaincode/core/json.js';
import { Workplace } from '../support/cli.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';

const FILES = 12;
const PATIENTS = ['P-1', 'P-2'];

function event(value: string, requestId: string): string {
  return JSON.stringify({
    patient: { system: 'urn:hospital-a', value },
    occurredAt: '2026-11-01T08:00:00.000Z',
    action: 'R',
    outcome: 'success',
    actor: { id: 'dr-1', name: '张医师' },
    role: 'physician',
    organisation: 'hospital-a',
    purpose: 'TREAT',
    breakGlass: false,
    records: ['archive/0.txt'],
    category: 'inpatient',
    source: { system: 'emr', requestId },
  });
}

/** Times, places and counts of appends differ between any two runs. */
const OWN: ReadonlySet<string> = new Set([
  'sentence',
  'startedAt',
  'endedAt',
  'report',
  'size',
  'leafHash',
]);

/** Answers without what differs between two logs, whatever the engine. */
function commonOf(row: Readonly<Record<string, unknown>> | undefined): unknown {
  const without = (key: string, value: unknown) => {
    if (OWN.has(key)) return undefined;
    return typeof value === 'string' ? value.replace(/\b2\d{3}-\S+Z\b/, 'TIME') : value;
  };
  const { verdict, exitCode, summary, events } = JSON.parse(JSON.stringify(row ?? {}, without));
  return { verdict, exitCode, summary, events: Array.isArray(events) ? events.length : undefined };
}

describe('the same story on each engine', function () {
  this.timeout(180_000);
  let live: LiveNetwork;
  const places = { embedded: new Workplace(), fabric: new Workplace() };
  const answers: Record<string, unknown> = {};

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
  });
  after(() => {
    for (const place of Object.values(places)) place.remove();
  });

  /** Every command with its answer, in order. */
  function tell(place: Workplace, engine: readonly string[], origin: string): unknown {
    const data = ['--data', 'd'];
    const told: [string, unknown][] = [];
    const run = (name: string, args: readonly string[], input?: string) => {
      const { status, rows } = place.json([...args], input);
      told.push([name, { status, answer: commonOf(rows.at(-1)) }]);
    };
    const plain = (name: string, args: readonly string[]) => {
      const { status, stderr } = place.run(args);
      expect(stderr, name).to.not.match(/^error:/m);
      told.push([name, { status }]);
    };
    mkdirSync(place.path('archive'));
    for (let index = 0; index < FILES; index++) {
      writeFileSync(place.path('archive', `${index}.txt`), `document ${index}`);
    }
    const init = place.run(['init', ...data, '--origin', origin, ...engine]);
    expect(init.status, init.stderr).to.equal(0);
    run('ingest', ['ingest', 'archive', ...data, '--receipts', 'receipts']);
    appendFileSync(place.path('archive', '0.txt'), ', amended');
    run('amend', ['ingest', 'archive', ...data, '--receipts', 'receipts']);
    const lines = PATIENTS.flatMap((value) => [
      event(value, `${value} 1`),
      event(value, `${value} 2`),
    ]);
    run('import', ['access', 'import', '-', ...data], `${lines.join('\n')}\n`);
    plain('trust', ['trust', 'export', ...data, '--out', 'trust.json']);
    for (const value of [...PATIENTS, 'nobody']) {
      run(`history ${value}`, ['history', `urn:hospital-a|${value}`, ...data]);
      plain(`file ${value}`, [
        'history',
        `urn:hospital-a|${value}`,
        ...data,
        '--out',
        `${value}.json`,
      ]);
    }
    plain('record', ['history', '--record', 'archive/0.txt', ...data, '--out', 'record.json']);
    plain('receipt', ['receipt', 'archive/1.txt', ...data, '--out', 'one.json']);
    plain('checkpoint', ['log', 'checkpoint', ...data]);
    plain('consistency', ['log', 'consistency', '0', ...data]);
    run('audit', ['audit', ...data]);
    plain('rebuild', ['rebuild', ...data]);
    plain('doctor', ['doctor', ...data]);
    writeFileSync(place.path('passphrase'), 'correct horse battery staple\n');
    const secret = ['--passphrase-file', 'passphrase'];
    plain('backup', ['keys', 'backup', 'keys.json', ...data, ...secret]);
    plain('restore', ['keys', 'restore', 'keys.json', '--data', 'restored', ...secret]);
    plain('export', ['export', 'export.jsonl', ...data]);
    const profile = engine.filter((_, index) => engine[index & ~1] === '--profile');
    plain('import', ['import', 'export.jsonl', '--data', 'restored', ...profile]);
    run('audit of the import', ['audit', '--data', 'restored', '--log-only']);
    return told;
  }

  it('is told on the ledger in the folder', () => {
    answers['embedded'] = tell(places.embedded, ['--org', 'HospitalAMSP'], 'story.example/archive');
  });

  it('is told on a live channel, with the same answers', () => {
    const engine = ['--ledger', 'fabric', '--profile', live.profile('hospital-a')];
    const origin = `${Date.now()}.story.example/archive`;
    answers['fabric'] = tell(places.fabric, engine, origin);
    expect(answers['fabric']).to.deep.equal(answers['embedded']);
  });

  it('does not import a log on a channel anywhere else', () => {
    const place = places.fabric;
    const secret = ['--passphrase-file', 'passphrase'];
    expect(place.run(['keys', 'restore', 'keys.json', '--data', 'b', ...secret]).status).to.equal(
      0,
    );
    const refused = (...profile: string[]) => {
      const { status, stderr } = place.run(['import', 'export.jsonl', '--data', 'b', ...profile]);
      expect(readdirSync(place.path('b'))).to.deep.equal(['keys']);
      return { status, code: /^error: ([A-Z_]+)/.exec(stderr)?.[1] };
    };
    expect(refused()).to.deep.equal({ status: 64, code: 'USAGE' });
    const other = refused('--profile', live.profile('hospital-b'));
    expect(other).to.deep.equal({ status: 1, code: 'OTHER_LOG' });
  });

  describe('what was handed out, in an empty folder', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'chartseal-handed-out-'));
      for (const name of ['archive', 'receipts', 'trust.json', 'record.json', 'nobody.json']) {
        cpSync(places.fabric.path(name), join(folder, name), { recursive: true });
      }
      for (const value of PATIENTS) {
        cpSync(places.fabric.path(`${value}.json`), join(folder, `${value}.json`));
      }
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const verify = (...args: string[]) => {
      const all = ['verify', ...args.map((one) => join(folder, one))];
      return places.embedded.json([...all, '--trust', join(folder, 'trust.json')]);
    };
    const verifyArchive = (trust = 'trust.json') =>
      places.embedded.json([
        'verify',
        join(folder, 'archive'),
        '--receipt',
        join(folder, 'receipts'),
        '--trust',
        join(folder, trust),
      ]);

    it('verifies: receipts of every document, and histories of everybody', () => {
      const { status, rows } = verifyArchive();
      expect(status).to.equal(0);
      const verdicts = rows.filter((row) => 'verdict' in row).map((row) => row['verdict']);
      expect(verdicts).to.deep.equal(Array.from({ length: FILES }, () => 'unchanged'));
      for (const name of [...PATIENTS, 'nobody', 'record']) {
        expect(verify(`${name}.json`).status, name).to.equal(0);
      }
    });

    it('is not proven once more organisations are asked for than attested', () => {
      const trust = parseJsonBytes(readFileSync(join(folder, 'trust.json')), 'trust') as object;
      const { policy } = trust as { policy: object };
      const strict = canonicalJson({ ...trust, policy: { ...policy, k: 3 } });
      writeFileSync(join(folder, 'strict.json'), strict);
      const { status, rows } = verifyArchive('strict.json');
      expect(status).to.equal(1);
      const [first] = rows as unknown as {
        verdict: string;
        steps: { step: string; sentence: string }[];
      }[];
      expect(first?.verdict).to.equal('not proven');
      const policyStep = first?.steps.find(({ step }) => step === 'policy');
      expect(policyStep?.sentence).to.equal('2 organisations attest, the trust file asks for 3.');
    });

    it('tells an altered document', () => {
      const [name = ''] = readdirSync(join(folder, 'archive'));
      appendFileSync(join(folder, 'archive', name), '!');
      expect(verifyArchive().status).to.equal(1);
    });
  });
});
