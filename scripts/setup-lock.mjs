// One set-up at a time per folder: a lock file that holds process ids, the owner's first, then that
// of the program it started last. A lock whose processes are all gone (killed, machine restarted)
// is taken over.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const POLL_MS = 200;
const PATIENCE_MS = 10 * 60 * 1000;

/** Waits for the lock; throws after ten minutes. */
export async function acquireLock(path, say) {
  const giveUpAt = Date.now() + PATIENCE_MS;
  let told = false;
  while (!tryWrite(path, [process.pid])) {
    const owners = readOwners(path);
    if (owners.length > 0 && !owners.some(isAlive)) {
      takeAway(path, owners);
      continue;
    }
    if (owners.length > 0 && !told) {
      say(`waiting for another set-up here (process ${owners[0]})`);
      told = true;
    }
    if (Date.now() > giveUpAt) {
      throw new Error(`another set-up holds ${path}; remove that file if none is running`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** npm outlives a killed set-up for a while; the next one must wait for it too. */
export function shareLock(path, pid) {
  if (readOwners(path)[0] === process.pid) writeFileSync(path, `${process.pid} ${pid}\n`);
}

export function releaseLock(path) {
  if (readOwners(path)[0] === process.pid) rmSync(path, { force: true });
}

function tryWrite(path, pids) {
  try {
    writeFileSync(path, `${pids.join(' ')}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Empty while the lock is being written, or gone. */
function readOwners(path) {
  try {
    return (readFileSync(path, 'utf8').match(/[1-9]\d*/g) ?? []).map(Number);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid) {
  // In containers the same small number comes round again: a lock of ours that we do not hold.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Removes a dead owner's lock; puts it back when somebody was quicker and it is theirs by now. */
function takeAway(path, deadOwners) {
  const aside = `${path}.old.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  const owners = readOwners(aside);
  if (owners.length > 0 && owners[0] !== deadOwners[0]) tryWrite(path, owners);
  rmSync(aside, { force: true });
}
