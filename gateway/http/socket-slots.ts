// How many sockets this process may have open, of all its listeners together: what stores and
// ledger need of the files that the system allows stays free.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { isSystemError } from '../services/file-error.js';
import { RESERVED_FILES } from './limits.js';

/** Files that this process may open; unbounded where the system does not say. */
function openFileLimit(): number {
  if (process.platform !== 'linux') return Number.POSITIVE_INFINITY;
  try {
    const limits = readFileSync('/proc/self/limits').toString('utf8');
    return Number(/^Max open files +([0-9]+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    // The next connection asks again; this one ends no gateway.
    if (isSystemError(error)) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Of all listeners of this process: what stores and ledger need stays free. */
const slots = { taken: 0, bound: Number.POSITIVE_INFINITY };

const slotsWithin = (files: number) => Math.max(1, files - RESERVED_FILES);

/** Files that this process may open, and of these sockets of connections at the same time. */
export function openFiles(): { readonly files: number; readonly connections: number } {
  const files = openFileLimit();
  return { files, connections: slotsWithin(files) };
}

/** False when there is none; a slot is given back with its socket. */
export function takeSlot(socket: Socket): boolean {
  if (slots.bound === Number.POSITIVE_INFINITY) {
    slots.bound = slotsWithin(openFileLimit());
  }
  if (slots.taken >= slots.bound) return false;
  slots.taken++;
  socket.once('close', () => slots.taken--);
  return true;
}
