// What a network shall be: that of its folder, or a new one by the options. Nothing is made here.

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ChartsealError } from '../chaincode/core/errors.js';
import { checkBasePort } from './ports.js';
import { majorVersion } from './program-version.js';
import {
  askedAgain,
  CA_PROGRAM,
  FABRIC_PROGRAMS,
  findPrograms,
  namedFolder,
  type Progress,
} from './programs.js';
import {
  CHAINCODE,
  CHANNEL,
  DEFAULT_BASE_PORT,
  DEFAULT_BATCH_TIMEOUT_MS,
  findState,
  type NetworkProfile,
  type NetworkState,
  orderersFrom,
  organisationsFrom,
} from './state.js';

export interface UpOptions {
  readonly stateFolder: string;
  /** For a new network `raft`; of an old one it cannot be changed, and so with the next two. */
  readonly profile?: NetworkProfile | undefined;
  readonly basePort?: number | undefined;
  /** How long the orderer waits for more transactions before it cuts a block. */
  readonly batchTimeoutMs?: number | undefined;
  /** Folder of Fabric's programs, see programs.ts; those it was made with when left out. */
  readonly programs?: string | undefined;
  readonly progress: Progress;
  /** Ends what was started and throws its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What stands in certificates and in the channel's first block stays as it is. */
function checkSame(state: NetworkState, options: UpOptions): void {
  const fixed = [
    ['profile', '--profile'],
    ['basePort', '--base-port'],
    ['batchTimeoutMs', '--batch-timeout'],
  ] as const;
  for (const [member, flag] of fixed) {
    const wanted = options[member];
    if (wanted === undefined || wanted === state[member]) continue;
    const text = `the network in ${state.folder} was made with ${flag} ${state[member]}`;
    throw new ChartsealError('NETWORK_DIFFERS', text);
  }
}

async function areThere({ programs }: NetworkState): Promise<boolean> {
  try {
    const names = [...FABRIC_PROGRAMS, CA_PROGRAM] as const;
    await Promise.all(names.map((name) => access(programs[name], constants.X_OK)));
    return true;
  } catch {
    // Moved or removed since: they are looked for anew.
    return false;
  }
}

function checkProfile(profile: NetworkProfile, version: string): void {
  if (profile !== 'bft' || majorVersion(version) >= 3) return;
  throw new ChartsealError(
    'PROGRAMS_UNSUPPORTED',
    `the profile bft needs Fabric 3.x; these programs are of version ${version}`,
    { hint: 'Name a folder with those of 3.x: --programs DIR. A new network can be of raft.' },
  );
}

/** Throws USAGE, NETWORK_DIFFERS, and what the search for programs throws. */
export async function planNetwork(folder: string, options: UpOptions): Promise<NetworkState> {
  const found = await findState(folder);
  if (found !== undefined) {
    checkSame(found, options);
    if (namedFolder(options.programs) === undefined && (await areThere(found))) {
      const programs = await askedAgain(found.programs, options.progress);
      checkProfile(found.profile, programs.version);
      return { ...found, programs };
    }
  }
  const basePort = options.basePort ?? DEFAULT_BASE_PORT;
  const profile = options.profile ?? 'raft';
  checkBasePort(basePort);
  const { progress } = options;
  const programs = await findPrograms({ folder: options.programs, progress });
  checkProfile(found?.profile ?? profile, programs.version);
  if (found !== undefined) return { ...found, programs };
  return {
    folder,
    createdAt: new Date().toISOString(),
    profile,
    channel: CHANNEL,
    chaincode: CHAINCODE,
    basePort,
    batchTimeoutMs: options.batchTimeoutMs ?? DEFAULT_BATCH_TIMEOUT_MS,
    organisations: organisationsFrom(basePort),
    orderers: orderersFrom(profile, basePort),
    programs,
  };
}
