// The program `peer` as an organisation's administrator: what it prints as JSON, or its last words
// when it fails.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ChartsealError } from '../chaincode/core/errors.js';
import { ordererFolder, peerFolder, peerProcess, processFolder, userFolder } from './paths.js';
import { findProcess } from './processes.js';
import { cleanEnvironment } from './run-program.js';
import type { NetworkState, Orderer, Organisation } from './state.js';

const DEADLINE_MS = 120_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const SAID_CHARACTERS = 500;

export interface PeerAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const peerTlsRoot = (state: NetworkState, organisation: Organisation) =>
  join(peerFolder(state, organisation), 'tls', 'ca.crt');

function environment(state: NetworkState, organisation: Organisation): NodeJS.ProcessEnv {
  return cleanEnvironment({
    FABRIC_CFG_PATH: processFolder(state, peerProcess(organisation)),
    FABRIC_LOGGING_SPEC: 'error',
    CORE_PEER_ADDRESS: `localhost:${organisation.ports.peer}`,
    CORE_PEER_LOCALMSPID: organisation.mspId,
    CORE_PEER_MSPCONFIGPATH: join(userFolder(state, organisation, 'Admin'), 'msp'),
    CORE_PEER_TLS_ENABLED: 'true',
    CORE_PEER_TLS_ROOTCERT_FILE: peerTlsRoot(state, organisation),
  });
}

/** Where transactions go to be ordered: an orderer that runs. */
export async function ordererArguments(state: NetworkState): Promise<string[]> {
  let orderer = state.orderers[0] as Orderer;
  for (const one of state.orderers) {
    if ((await findProcess(state, one.name)) === undefined) continue;
    orderer = one;
    break;
  }
  const roots = join(ordererFolder(state, orderer), 'tls', 'ca.crt');
  return ['-o', `localhost:${orderer.ports.orderer}`, '--tls', '--cafile', roots];
}

/** Every organisation's peer, for what several have to endorse. */
export function everyPeer(state: NetworkState): string[] {
  return state.organisations.flatMap((organisation) => [
    '--peerAddresses',
    `localhost:${organisation.ports.peer}`,
    '--tlsRootCertFiles',
    peerTlsRoot(state, organisation),
  ]);
}

/** Runs `peer` with these arguments, whatever comes of it. */
export function runPeer(
  state: NetworkState,
  organisation: Organisation,
  args: readonly string[],
): Promise<PeerAnswer> {
  const options = {
    env: environment(state, organisation),
    timeout: DEADLINE_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
  };
  return new Promise((resolve) => {
    const { peer } = state.programs;
    const child = execFile(peer, [...args], options, (error, stdout, stderr) => {
      const text = stderr || (error === null ? '' : error.message);
      resolve({ exitCode: error === null ? 0 : (child.exitCode ?? 1), stdout, stderr: text });
    });
  });
}

/** As {@link runPeer}; throws CHAINCODE_FAILED with what it said. Gives its stdout. */
export async function peerOutput(
  state: NetworkState,
  organisation: Organisation,
  args: readonly string[],
): Promise<string> {
  const { exitCode, stdout, stderr } = await runPeer(state, organisation, args);
  if (exitCode === 0) return stdout;
  throw new ChartsealError(
    'CHAINCODE_FAILED',
    `peer ${args.slice(0, 3).join(' ')} of ${organisation.name}: ${lastWords(stderr)}`,
  );
}

/** What went wrong: a line `Error: …`, which the program's usage may follow. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const told = lines.find((line) => line.startsWith('Error:')) ?? lines.at(-1) ?? 'no reason given';
  return told.slice(0, SAID_CHARACTERS);
}
