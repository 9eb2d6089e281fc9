// The crypto material of a network: certificate authorities, nodes and administrators of every
// organisation, made once by cryptogen.
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, writeConfiguration } from './files.js';
import { materialFolder } from './paths.js';
import { runProgram } from './run-program.js';
import type { NetworkState } from './state.js';

/** Names under which nodes are reached; an IP address is no name in TLS. */
const SANS = ['localhost', '127.0.0.1'];

const organisationSpec = (name: string, domain: string, hostname: string, users: number) => ({
  Name: name,
  Domain: domain,
  EnableNodeOUs: true,
  Specs: [{ Hostname: hostname, SANS }],
  Users: { Count: users },
});

/** Makes what is not there; a killed run leaves nothing that looks complete. */
export async function makeMaterial(state: NetworkState): Promise<void> {
  const folder = materialFolder(state);
  const staged = `${folder}.part`;
  await rm(staged, { recursive: true, force: true });
  await makeFolder(staged);
  const config = join(state.folder, 'channel', 'crypto-config.yaml');
  await writeConfiguration(config, {
    OrdererOrgs: state.orderers.map(({ mspId, domain }) =>
      organisationSpec(mspId, domain, 'node', 0),
    ),
    PeerOrgs: state.organisations.map(({ mspId, domain }) =>
      organisationSpec(mspId, domain, 'peer0', 1),
    ),
  });
  await runProgram({
    what: 'making keys and certificates (cryptogen)',
    program: '/bin/sh',
    args: ['-c', 'umask 077; exec "$0" "$@"', state.programs.cryptogen].concat([
      'generate',
      `--config=${config}`,
      `--output=${staged}`,
    ]),
  });
  await rename(staged, folder);
}
