// Loaded into a program before anything of its own (NODE_OPTIONS=--require), and into its threads:
// names what the program does to the disk, and kills the process at the point that was asked for.
// The program itself knows nothing of it.
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Level } from 'level';
import {
  batchPoints,
  FAULT_ENV,
  type FaultPlan,
  filePoint,
  type Moment,
  renamingPoint,
} from './fault-points.js';

const plan: FaultPlan | undefined = JSON.parse(process.env[FAULT_ENV.plan] ?? 'null') ?? undefined;
const pointsFile = process.env[FAULT_ENV.points];
const durableFolder = process.env[FAULT_ENV.durable];

let reached = 0;

/** Notes that a point is reached; says whether this is the time at which the process is to end. */
function isDue(points: readonly (string | undefined)[]): boolean {
  for (const point of points) {
    if (point === undefined) continue;
    if (pointsFile !== undefined) {
      fs.appendFileSync(pointsFile, `${point}\t${Math.round(performance.now())}\n`);
    }
    if (plan !== undefined && point === plan.point && ++reached === plan.nth) return true;
  }
  return false;
}

function killAt(moment: Moment, due: boolean): void {
  if (due && plan?.moment === moment) process.kill(process.pid, 'SIGKILL');
}

function busyWait(us: number): void {
  const until = performance.now() + us / 1000;
  while (performance.now() < until);
}

type Act = (this: unknown, ...args: unknown[]) => unknown;

/** Puts `wrap` in the place of a method; it is handed the original, bound. */
function replace(
  holder: object,
  name: string,
  wrap: (act: (...args: unknown[]) => unknown, self: object, args: unknown[]) => unknown,
): void {
  const methods = holder as Record<string, Act>;
  const original = methods[name] as Act;
  methods[name] = function (this: unknown, ...args: unknown[]) {
    return wrap((...given) => original.apply(this, given), this as object, args);
  };
}

/** What lies in the newest log file of LevelDB behind its size now was acknowledged to nobody. */
function noteDurable(folder: string): void {
  if (durableFolder === undefined) return;
  const log = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1);
  if (log !== undefined) keepNote(folder, log, fs.statSync(join(folder, log)).size);
}

function keepNote(folder: string, log: string, size: number): void {
  if (durableFolder === undefined) return;
  const line = JSON.stringify({ log, size }).padEnd(80);
  const { O_CREAT, O_WRONLY } = fs.constants;
  const file = fs.openSync(join(durableFolder, basename(folder)), O_CREAT | O_WRONLY);
  fs.writeSync(file, line, 0);
  fs.closeSync(file);
}

const noted = new Set<string>();

/** What was there before this process wrote is durable, and what was synced. */
async function writeBatch(
  folder: string,
  keys: Iterable<string>,
  options: unknown,
  write: () => Promise<unknown>,
): Promise<unknown> {
  if (!noted.has(folder)) noteDurable(folder);
  noted.add(folder);
  const due = isDue(batchPoints(folder, keys));
  killAt('before', due);
  const written = write();
  if (due && plan?.moment === 'during') {
    busyWait(plan.pauseUs);
    killAt('during', due);
  }
  const result = await written;
  if ((options as { readonly sync?: boolean }).sync === true) noteDurable(folder);
  killAt('after', due);
  return result;
}

interface OpenBatch {
  readonly db: Level;
}

function wrapDatabases(): void {
  const keysOf = new WeakMap<object, Set<string>>();
  const options = { paths: [require.resolve('level')] };
  const { ChainedBatch } = require(require.resolve('classic-level/chained-batch', options)) as {
    ChainedBatch: { prototype: object };
  };
  replace(ChainedBatch.prototype, '_put', (put, batch, args) => {
    const keys = keysOf.get(batch) ?? new Set();
    keysOf.set(batch, keys.add(String(args[0])));
    return put(...args);
  });
  replace(ChainedBatch.prototype, '_write', (write, batch, args) => {
    const folder = (batch as OpenBatch).db.location;
    const keys = keysOf.get(batch) ?? [];
    return writeBatch(folder, keys, args[0], () => write(...args) as Promise<unknown>);
  });
  replace(Level.prototype, '_batch', (write, db, args) => {
    const rows = args[0] as { key: unknown }[];
    const keys = rows.map(({ key }) => String(key));
    const folder = (db as Level).location;
    return writeBatch(folder, keys, args[1], () => write(...args) as Promise<unknown>);
  });
}

/** The first half of what was to be written. */
function halfOf(data: unknown): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
  return bytes.subarray(0, bytes.length / 2);
}

function wrapFilesSync(): void {
  let syncPoint: string | undefined;
  replace(fs, 'writeFileSync', (write, _self, args) => {
    const due = isDue([filePoint(String(args[0]))]);
    killAt('before', due);
    if (due && plan?.moment === 'during') write(args[0], halfOf(args[1]), args[2]);
    killAt('during', due);
    const result = write(...args);
    killAt('after', due);
    return result;
  });
  replace(fs, 'renameSync', (rename, _self, args) => {
    const point = renamingPoint(String(args[0]), String(args[1]));
    const due = isDue([point]);
    killAt('before', due);
    rename(...args);
    killAt('after', due);
    syncPoint = point && `folder sync after ${point}`;
  });
  replace(fs, 'fsyncSync', (sync, _self, args) => {
    const due = isDue([syncPoint]);
    syncPoint = undefined;
    killAt('before', due);
    sync(...args);
    killAt('after', due);
  });
}

/** Names for one open file: writing and syncing it. */
function wrapHandle(handle: object, point: string): void {
  const writing = async (
    write: (...args: unknown[]) => unknown,
    _self: object,
    args: unknown[],
  ): Promise<unknown> => {
    const due = isDue([point]);
    killAt('before', due);
    if (due && plan?.moment === 'during') await write(halfOf(args[0]));
    killAt('during', due);
    const result = await write(...args);
    killAt('after', due);
    return result;
  };
  for (const name of ['write', 'writeFile', 'appendFile']) replace(handle, name, writing);
  replace(handle, 'sync', async (sync) => {
    const due = isDue([`${point} sync`]);
    killAt('before', due);
    await sync();
    killAt('after', due);
  });
}

/** A log of LevelDB that is synced past LevelDB: so are the bytes that it had before. */
function wrapLog(handle: object, path: string): void {
  replace(handle, 'sync', async (sync) => {
    const { size } = fs.statSync(path);
    const due = isDue([filePoint(path)]);
    killAt('before', due);
    await sync();
    keepNote(dirname(path), basename(path), size);
    killAt('after', due);
  });
}

function wrapFiles(): void {
  const { promises } = fs;
  replace(promises, 'open', async (open, _self, args) => {
    const handle = (await open(...args)) as object;
    if (String(args[0]).endsWith('.log')) {
      wrapLog(handle, String(args[0]));
      return handle;
    }
    const point = args[1] === 'r' ? undefined : filePoint(String(args[0]));
    if (point !== undefined) wrapHandle(handle, point);
    return handle;
  });
  replace(promises, 'writeFile', async (write, _self, args) => {
    const due = isDue([filePoint(String(args[0]))]);
    killAt('before', due);
    if (due && plan?.moment === 'during') await write(args[0], halfOf(args[1]), args[2]);
    killAt('during', due);
    await write(...args);
    killAt('after', due);
  });
  for (const name of ['rename', 'link']) {
    replace(promises, name, async (rename, _self, args) => {
      const due = isDue([renamingPoint(String(args[0]), String(args[1]))]);
      killAt('before', due);
      await rename(...args);
      killAt('after', due);
    });
  }
}

if (plan !== undefined || pointsFile !== undefined || durableFolder !== undefined) {
  wrapDatabases();
  wrapFilesSync();
  wrapFiles();
}
