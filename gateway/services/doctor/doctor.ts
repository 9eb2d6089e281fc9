// The doctor: looks at everything that a data folder needs and changes nothing. The checks do not
// depend on each other more than they must; what could not be looked at is said.
import { join } from 'node:path';
import { type DataConfig, readConfig } from '../../data/config.js';
import { type DataLayout, dataLayout } from '../../data/layout.js';
import type { Store } from '../../store/store.js';
import { confirmedAt } from '../clock-confirmed.js';
import { Feed } from '../feed/feed.js';
import { openStoreToRead } from '../own-store.js';
import { quietFault } from '../sequencer/clock-guard.js';
import { checkAge } from './age.js';
import { judgeClock, type SeenTimes } from './clock.js';
import { checkRoom, checkWritable } from './disk.js';
import { checkFeed, NO_SILENCE_BOUNDS } from './feed.js';
import { type Finding, fault, findingOf, guarded, notChecked, ok } from './finding.js';
import {
  checkConfig,
  checkFolder,
  checkLeftovers,
  checkOwner,
  checkPermissions,
} from './folder.js';
import { checkInquiries, openThreadsOf } from './inquiries.js';
import { checkKeys } from './keys.js';
import { checkCheckpointFile, type OpenedLedger, openLedger } from './ledger.js';
import { checkMarker, checkRestart } from './reconcile.js';
import { checkEntries, checkPass, checkProofs, seenTimes } from './store.js';
import { checkTables } from './tables.js';

export interface DoctorOptions {
  /** DATA. */
  readonly folder: string;
  /** Why this Node cannot run Chartseal; '' when it can. */
  readonly nodeProblem: string;
  /** This machine's clock. */
  readonly now?: () => number;
}

/** What could be opened; an error otherwise, which has been told. */
interface Opened {
  readonly store: Store | undefined;
  readonly ledger: OpenedLedger | undefined;
}

function checkRuntime({ nodeProblem }: DoctorOptions): Finding {
  const { versions, platform, arch } = process;
  if (nodeProblem !== '') {
    return fault('runtime', `${nodeProblem}.`, 'install a Node.js of one of these versions');
  }
  return ok('runtime', `Node.js ${versions.node} on ${platform} ${arch}.`);
}

/** Opens store, then ledger: whoever has the store has the ledger too. */
async function open(
  layout: DataLayout,
  config: DataConfig,
  findings: Finding[],
  now: number,
): Promise<Opened> {
  const attempt = async <T>(check: string, act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (error) {
      findings.push(findingOf(check, error, layout.folder));
      return undefined;
    }
  };
  const store = await attempt('store', () => openStoreToRead(layout, config.logId));
  if (store === undefined && findings.at(-1)?.status === 'not checked') {
    findings.push(
      notChecked('ledger', 'It was left alone, because the store could not be looked at.'),
    );
    return { store, ledger: undefined };
  }
  if (store !== undefined) findings.push(ok('store', 'It opens.'));
  if (config.ledger === 'fabric') {
    const { examineChannel } = await import('./channel.js');
    const channel = await examineChannel(config, layout.folder, now);
    findings.push(...channel.findings);
    return { store, ledger: channel.opened };
  }
  const noted = await guarded('checkpoint file', layout.folder, () => [
    checkCheckpointFile(layout),
  ]);
  findings.push(...noted);
  if (noted.some(({ status }) => status === 'fault')) {
    findings.push(notChecked('ledger', 'It does not open without a good checkpoint file.'));
    return { store, ledger: undefined };
  }
  const ledger = await attempt('ledger', () => openLedger(layout, config));
  if (ledger !== undefined) {
    const { size, appends } = ledger.answer.head;
    const sentence = `It opens, its newest blocks are whole: ${size} leaves in ${appends} appends.`;
    findings.push(ok('ledger', sentence));
  }
  return { store, ledger };
}

/** Newest times that anything could tell; undefined when nothing could. */
function newestTimes({ store, ledger }: Opened): SeenTimes | undefined {
  const stored = store && seenTimes(store);
  const endorsedAt = Math.max(stored?.endorsedAt ?? 0, appendTime(ledger));
  if (store === undefined && ledger === undefined) return undefined;
  return { entryAt: stored?.entryAt ?? 0, endorsedAt };
}

/** The head of a new log has the time of its registration. */
function appendTime(ledger: OpenedLedger | undefined): number {
  return ledger?.answer.head.endorsedAt ?? 0;
}

async function checkOpened(
  { store, ledger }: Opened,
  { folder }: DataLayout,
  { ledger: kind, logId, mspId }: DataConfig,
  now: number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const run = async (check: string, act: () => Promise<Finding> | Finding) =>
    void findings.push(...(await guarded(check, folder, async () => [await act()], kind)));
  if (store !== undefined) {
    await run('entries', () => checkEntries(store));
    await run('proofs', () => checkProofs(store));
    await run('audit', () => checkPass(store, ledger?.answer.registration, folder));
    await run('inquiries', () => checkInquiries(openThreadsOf(store), now, folder));
  }
  if (ledger !== undefined) {
    const { registration, head } = ledger.answer;
    findings.push(checkOrganisation(mspId, registration.mspId));
    await run('age', () => checkAge(join(folder, 'audits'), logId, head.size));
  }
  if (store === undefined || ledger === undefined) {
    const sentence = 'For this, store and ledger must both be open.';
    return [...findings, notChecked('marker', sentence), notChecked('restart', sentence)];
  }
  const { log, answer } = ledger;
  await run('marker', () => checkMarker(store, log, folder));
  await run('restart', () => checkRestart(store, log, answer.registration.origin));
  return findings;
}

function checkOrganisation(named: string, registered: string): Finding {
  if (named === registered) return ok('organisation', `The log is one of ${registered}.`);
  const sentence = `config.json says ${named}, but the log is one of ${registered}. No command works.`;
  return fault('organisation', sentence, `write "mspId":"${registered}" into config.json`);
}

/** Whoever has the store open has the feed too. */
async function checkOwnFeed(
  { store }: Opened,
  { feed: path, folder }: DataLayout,
  { logId }: DataConfig,
  now: number,
): Promise<readonly Finding[]> {
  const feed = new Feed({ folder: path, logId });
  try {
    if (feed.isUnused) return [ok('feed', 'Nothing was counted yet.')];
    if (store === undefined) {
      return [notChecked('feed', 'It was left alone, because the store is not open.')];
    }
    return await checkFeed(feed, NO_SILENCE_BOUNDS, now, folder);
  } finally {
    await feed.close();
  }
}

function checkClock(opened: Opened, { folder, run }: DataLayout, now: number): Finding {
  const seen = newestTimes(opened);
  const fault = quietFault(now, seen?.entryAt ?? 0, confirmedAt(run));
  return judgeClock(now, seen, { fault, isHeld: false, folder });
}

async function checkWithin(
  layout: DataLayout,
  config: DataConfig,
  isOurs: boolean,
  now: () => number,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { folder } = layout;
  if (!isOurs) {
    const sentence = 'It was left alone, because the folder belongs to another user.';
    findings.push(notChecked('store', sentence), notChecked('ledger', sentence));
  }
  const opened = isOurs
    ? await open(layout, config, findings, now())
    : { store: undefined, ledger: undefined };
  try {
    findings.push(...(await checkOpened(opened, layout, config, now())));
    const checkFeedOf = () => checkOwnFeed(opened, layout, config, now());
    findings.push(...(await guarded('feed', folder, checkFeedOf)));
    findings.push(...(await guarded('clock', folder, () => [checkClock(opened, layout, now())])));
    const registered = opened.ledger?.answer.registration;
    // Whatever config.json says: that is told of by itself.
    const own = { ...config, mspId: registered?.mspId ?? config.mspId };
    findings.push(
      ...(await guarded('keys', folder, () => checkKeys(layout, own, registered, now()))),
    );
    return findings;
  } finally {
    await opened.store?.close();
    await opened.ledger?.close();
  }
}

/** What can be told from outside of store and ledger. */
export interface Surroundings {
  readonly findings: readonly Finding[];
  /** False when there is no data folder, or config.json cannot be read. */
  readonly isDataFolder: boolean;
  /** Whether it belongs to the user whom this process runs as. */
  readonly isOurs: boolean;
}

/** @param isRunning whether store and ledger are at work meanwhile */
export async function examineSurroundings(
  options: DoctorOptions,
  layout: DataLayout,
  isRunning = false,
): Promise<Surroundings> {
  const { folder } = layout;
  const findings: Finding[] = [checkRuntime(options)];
  const run = async (
    check: string,
    act: () => Promise<Finding | readonly Finding[]>,
  ): Promise<boolean> => {
    const found = await guarded(check, folder, async () => [await act()].flat());
    findings.push(...found);
    return found.every(({ status }) => status === 'ok' || status === 'warning');
  };
  if (!(await run('folder', () => checkFolder(layout, isRunning)))) {
    findings.push(notChecked('all else', 'There is nothing to look at without it.'));
    return { findings, isDataFolder: false, isOurs: false };
  }
  const isOurs = await run('owner', () => checkOwner(layout));
  await run('permissions', () => checkPermissions(layout));
  await run('leftovers', () => checkLeftovers(layout, isRunning));
  await run('disk', () => checkRoom(layout));
  await run('writable', () => checkWritable(layout));
  const isDataFolder = await run('config', () => checkConfig(layout));
  if (!isDataFolder) {
    const sentence = 'Without config.json it is not known of which log this is.';
    findings.push(notChecked('all else', sentence));
  }
  return { findings, isDataFolder, isOurs };
}

/** Looks and changes nothing. Never throws for what it finds. */
export async function examine(options: DoctorOptions): Promise<readonly Finding[]> {
  const { folder, now = Date.now } = options;
  const layout = dataLayout(folder);
  const { findings, isDataFolder, isOurs } = await examineSurroundings(options, layout);
  if (!isDataFolder) return findings;
  const config = await readConfig(layout.config);
  const look = () => (isOurs ? [checkTables(layout)] : []);
  const tables = await guarded('tables', folder, look, config.ledger);
  if (tables.some(({ status }) => status === 'fault')) {
    const sentence = 'Store and ledger were left alone: to read such a table ends the process.';
    return [...findings, ...tables, notChecked('all else', sentence)];
  }
  return [...findings, ...tables, ...(await checkWithin(layout, config, isOurs, now))];
}
