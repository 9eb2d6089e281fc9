// chartseal demo: the whole story on a small archive, each step with the command that does it.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { parseHistory } from '../../gateway/evidence/history.js';
import { readGatewayConfig } from '../../gateway/operation/config.js';
import { isSystemError, systemErrorText } from '../../gateway/services/file-error.js';
import { makeNamedFolder } from '../../gateway/services/make-folder.js';
import type { CommandContext } from '../context.js';
import { writeDemoArchive } from '../demo/archive.js';
import { DEMO_PATIENT, demoEvents, UNSEEN_PATIENT } from '../demo/events.js';
import { EXIT_FINDING } from '../exit.js';
import { runGateway } from './serve.js';

export interface DemoOptions {
  readonly keep?: string;
  /** Opens what the story made in a gateway, until it is told to end. */
  readonly serve?: boolean;
}

const PROGRAM = join(__dirname, '..', '..', '..', 'cli', 'chartseal.mjs');
const ALTERED = '住院病历/P1001 王小明/病程记录 第1天.txt';

class Demo {
  readonly #context: CommandContext;
  readonly #folder: string;
  readonly #notes = new Set<string>();
  #step = 0;
  /** Steps that did not come out as they must. */
  failures = 0;

  constructor(context: CommandContext, folder: string) {
    this.#context = context;
    this.#folder = folder;
  }

  title(text: string): void {
    this.#step++;
    this.#context.data('');
    this.#context.data(`${this.#step}. ${text}`);
  }

  say(text: string): void {
    this.#context.data(`   ${text}`);
  }

  /** Runs the program in a process of its own, as a user would. */
  run(args: readonly string[], expected: number, show: 'all' | 'none' = 'all'): void {
    this.say(`$ chartseal ${args.map(quote).join(' ')}`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
      cwd: this.#folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const lines = [...stdout.split('\n'), ...stderr.split('\n')].filter((line) => line !== '');
    // What a verdict does not say is shown once, in full.
    const again = (line: string) => /^ {2}note: /.test(line) && this.#notes.has(line);
    const shown = show === 'all' ? lines.filter((line) => !again(line)) : [];
    for (const line of shown) {
      this.#notes.add(line);
      this.say(`  ${line}`);
    }
    if (status !== expected) {
      this.failures++;
      this.say(`  UNEXPECTED: exit code ${status}, not ${expected}`);
      if (show !== 'all') for (const line of lines) this.say(`  ${line}`);
    }
  }

  path(name: string): string {
    return join(this.#folder, name);
  }
}

function quote(argument: string): string {
  return /^[\w./:=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

async function makeArchiveFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    if (isSystemError(cause, 'EEXIST')) {
      const text = 'the folder to keep holds "archive" already: give a new one';
      throw new ChartsealError('FILE_EXISTS', text, { cause });
    }
    const text = `the folder to keep: ${systemErrorText(cause)}`;
    throw new ChartsealError('FILE_UNWRITABLE', text, { cause });
  }
}

async function anchor(demo: Demo): Promise<void> {
  demo.title('A hospital sets up and anchors its archive. The documents stay where they are.');
  await makeArchiveFolder(demo.path('archive'));
  await writeDemoArchive(demo.path('archive'));
  const origin = ['--origin', 'hospital-a.example/archive', '--org', 'HospitalA'];
  demo.run(['init', '--data', 'hospital', ...origin], 0, 'none');
  const receipts = ['--data', 'hospital', '--receipts', 'receipts'];
  demo.run(['ingest', 'archive', ...receipts], 0);
  demo.run(['trust', 'export', '--data', 'hospital', '--out', 'trust.json'], 0);
  demo.say('Run again, nothing is anchored twice:');
  demo.run(['ingest', 'archive', ...receipts], 0);
}

async function tamper(demo: Demo): Promise<void> {
  demo.title('Somebody changes one byte of one document. An auditor finds it, offline.');
  const path = join(demo.path('archive'), ALTERED);
  const bytes = await readFile(path);
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] as number) ^ 1;
  await writeFile(path, bytes);
  const verify = (file: string) => [
    'verify',
    file,
    '--receipt',
    `receipts/${file.slice('archive/'.length)}.receipt.json`,
    '--trust',
    'trust.json',
  ];
  demo.say(
    'The auditor has the files, the receipts and the trust file, and no access to the store.',
  );
  demo.run(verify('archive/outpatient/P2001 Adams/referral letter.pdf'), 0);
  demo.run(verify(`archive/${ALTERED}`), 1);
  demo.say('The hospital itself finds it when it reads its archive again, as it does every night:');
  demo.run(['audit', '--data', 'hospital'], 1);
}

async function access(demo: Demo): Promise<void> {
  demo.title("Staff open a patient's file, once by emergency override; systems report it.");
  const lines = demoEvents().map((event) => JSON.stringify(event));
  await writeFile(demo.path('events.jsonl'), `${lines.join('\n')}\n`);
  demo.run(['access', 'import', 'events.jsonl', '--data', 'hospital'], 0);
}

const patientName = ({ system, value }: { system: string; value: string }) => `${system}|${value}`;

async function histories(demo: Demo): Promise<void> {
  demo.title('The patient asks who opened the file, and gets a list that is proven complete.');
  const out = ['--data', 'hospital', '--out'];
  demo.run(['history', patientName(DEMO_PATIENT), ...out, 'history.json'], 0);
  demo.say('Anybody can verify the file, without the hospital:');
  demo.run(['verify', 'history.json', '--trust', 'trust.json'], 0, 'none');
  demo.title('Another patient asks: nobody looked, and that is proven too.');
  demo.run(['history', patientName(UNSEEN_PATIENT), ...out, 'nobody.json'], 0);
  demo.title('The hospital leaves one event out of the list. The proof does not hold any more.');
  const history = parseHistory(await readFile(demo.path('history.json')));
  const dropped = {
    ...history,
    leaves: history.leaves.toSpliced(1, 1),
    entries: history.entries.toSpliced(1, 1),
    ...(history.openings === undefined ? {} : { openings: history.openings.toSpliced(1, 1) }),
  };
  await writeFile(demo.path('shortened.json'), canonicalBytes(dropped));
  demo.run(['verify', 'shortened.json', '--trust', 'trust.json'], 1);
}

function conclude(demo: Demo): void {
  demo.title('What this proved, and what it did not');
  for (const line of [
    'Proved: the untouched document is as it was when it was endorsed; one byte was changed in the',
    'other. The list of accesses is complete for that patient as the log has it; nobody is recorded',
    'as having opened the other file; a list with one event left out is not accepted.',
    'Not proved: that what the documents say is true; that an access which nobody recorded did not',
    'happen; anything against the hospital itself: this ledger has a single operator and was not',
    'independently witnessed. On a Fabric channel other organisations endorse every step.',
  ]) {
    demo.say(line);
  }
}

/** The pages, over the data of the story, for whoever sits at this machine. */
async function open(demo: Demo, context: CommandContext): Promise<void> {
  const config = await readGatewayConfig({
    environment: { CHARTSEAL_LOG_LEVEL: 'warn', CHARTSEAL_PEOPLE_PORT: '0', ...process.env },
    data: demo.path('hospital'),
    demo: true,
  });
  demo.title(
    'The same in a browser: as the patient, the privacy officer, the auditor or the archivist.',
  );
  await runGateway(config, context, (gateway) => {
    const people = gateway.listening.find(({ kind }) => kind === 'people');
    demo.say(`Open ${people?.url}/ on this machine, and sign in with one click.`);
    demo.say('Ctrl-C ends it.');
  });
}

/** Exit code 0 when every step came out as it must. */
export async function demo(options: DemoOptions, context: CommandContext): Promise<number> {
  const { keep } = options;
  if (keep !== undefined) await makeNamedFolder(keep, 'the folder to keep');
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'chartseal-demo-')));
  const story = new Demo(context, folder);
  try {
    await anchor(story);
    await tamper(story);
    await access(story);
    await histories(story);
    conclude(story);
    if (options.serve === true) await open(story, context);
  } finally {
    if (keep === undefined) await rm(folder, { recursive: true });
  }
  return story.failures === 0 ? 0 : EXIT_FINDING;
}
