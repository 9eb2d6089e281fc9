// Which names in a state folder are those of a network. What else lies there is somebody's: no new
// network is made beside it, and none that is removed takes it along.
import { existsSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { caProcess, peerProcess } from './paths.js';
import { orderersFrom, organisationsFrom, PORT_COUNT } from './state.js';

const FOLDERS = [
  ...['organisations', 'organisations.part', 'channel', 'chaincode', 'logs', 'profiles', 'run'],
  ...(['raft', 'bft'] as const).flatMap((profile) => orderersFrom(profile, PORT_COUNT)),
  ...organisationsFrom(PORT_COUNT).flatMap((one) => [peerProcess(one), caProcess(one)]),
].map((one) => (typeof one === 'string' ? one : one.name));

/** What network.json is called from the moment on at which parts of its network may be gone. */
export const REMOVED = 'network.json.removed';

/** With what is left where writing them was cut off. */
const FILES = /^(lock|network\.json)(\.[0-9a-f]{12})?$/;

const isOwn = (name: string) => FILES.test(name) || name === REMOVED || FOLDERS.includes(name);

/** Names in the folder, those of the network and the others. */
export async function namesIn(folder: string): Promise<{ own: string[]; others: string[] }> {
  const names = (await readdir(folder)).sort();
  return { own: names.filter(isOwn), others: names.filter((name) => !isOwn(name)) };
}

export const isBeingRemoved = (folder: string): boolean => existsSync(join(folder, REMOVED));

/** From then on nobody takes what is left for a network: blocks of it would meet new ones. */
export async function beginRemoval(folder: string): Promise<void> {
  const state = join(folder, 'network.json');
  if (existsSync(state)) await rename(state, join(folder, REMOVED));
}

/** Throws DATA_EXISTS unless a new network would have the folder for itself. */
export async function requireEmpty(folder: string): Promise<void> {
  if (isBeingRemoved(folder)) {
    const text = `the removal of the network in ${folder} was cut off; finish it first: chartseal network reset --yes`;
    throw new ChartsealError('DATA_EXISTS', text);
  }
  const found = (await readdir(folder)).sort().find((name) => !FILES.test(name));
  if (found === undefined) return;
  const text = `no network was made in ${folder}, and ${join(folder, found)} lies there`;
  throw new ChartsealError('DATA_EXISTS', text);
}
