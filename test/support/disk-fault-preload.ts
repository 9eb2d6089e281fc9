// Loaded into a program before anything of its own (NODE_OPTIONS=--require), and into its threads:
// answers calls of node:fs as a disk does that fails. The program itself knows nothing of it.
import fs from 'node:fs';
import { constants } from 'node:os';
import { DISK_FAULTS, type DiskFault } from './disk-faults.js';

type Call = (this: unknown, ...args: unknown[]) => unknown;

function systemError({ call, code }: DiskFault, path: string): Error {
  const error = new Error(`${code}: ${call} '${path}'`);
  return Object.assign(error, { code, errno: -constants.errno[code], syscall: call, path });
}

/** Puts a call that fails for some paths in the place of the one that is there. */
function replace(holder: object, name: string, fault: DiskFault, fail: (error: Error) => unknown) {
  const calls = holder as Record<string, Call>;
  const original = calls[name] as Call;
  const { from = 1, until = Number.POSITIVE_INFINITY } = fault;
  const pattern = new RegExp(fault.path);
  let met = 0;
  calls[name] = function (this: unknown, ...args: unknown[]) {
    const path = String(args[0]);
    const isDue = pattern.test(path) && ++met >= from && met <= until;
    return isDue ? fail(systemError(fault, path)) : original.apply(this, args);
  };
}

for (const fault of JSON.parse(process.env[DISK_FAULTS] ?? '[]') as readonly DiskFault[]) {
  replace(fs.promises, fault.call, fault, (error) => Promise.reject(error));
  replace(fs, `${fault.call}Sync`, fault, (error) => {
    throw error;
  });
}
