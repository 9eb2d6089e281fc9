// An organisation's certificate authority: Fabric CA on loopback, over TLS, with the root that
// cryptogen made, so that the channel knows its certificates.
import { join } from 'node:path';
import { caName, registrarOf } from './ca-enrol.js';
import { writeConfiguration } from './files.js';
import { isServing, type Served } from './operations.js';
import { authorityFiles, caProcess, peerFolder, processFolder, tlsRootFile } from './paths.js';
import type { ProcessSpec } from './processes.js';
import type { NetworkState, Organisation } from './state.js';

const YEAR = '8760h';

/** Its first identity may do everything; it registers the others. */
const REGISTRAR_RIGHTS = {
  'hf.Registrar.Roles': '*',
  'hf.Registrar.DelegateRoles': '*',
  'hf.Registrar.Attributes': '*',
  'hf.Revoker': true,
  'hf.GenCRL': true,
  'hf.AffiliationMgr': true,
};

async function authorityConfig(state: NetworkState, organisation: Organisation) {
  const { ports } = organisation;
  const { certificate, key } = authorityFiles(state, organisation);
  const { id, secret } = await registrarOf(state, organisation);
  // The certificate of the organisation's peer: it is for localhost, and of the same TLS root.
  const tls = (name: string) => join(peerFolder(state, organisation), 'tls', name);
  return {
    address: '127.0.0.1',
    port: ports.ca,
    debug: false,
    crlsizelimit: 512_000,
    tls: { enabled: true, certfile: tls('server.crt'), keyfile: tls('server.key') },
    ca: { name: caName(organisation), certfile: certificate, keyfile: key },
    crl: { expiry: '24h' },
    registry: {
      maxenrollments: -1,
      // Not on the command line, which others on this machine can read.
      identities: [
        { name: id, pass: secret, type: 'client', affiliation: '', attrs: REGISTRAR_RIGHTS },
      ],
    },
    db: { type: 'sqlite3', datasource: 'fabric-ca-server.db' },
    affiliations: {},
    signing: { default: { usage: ['digital signature'], expiry: YEAR } },
    bccsp: {
      default: 'SW',
      sw: { hash: 'SHA2', security: 256, filekeystore: { keystore: 'msp/keystore' } },
    },
    cfg: { identities: { passwordattempts: 10 } },
    operations: { listenAddress: `127.0.0.1:${ports.caOperations}`, tls: { enabled: false } },
    metrics: { provider: 'disabled' },
  };
}

export function authorityServed(state: NetworkState, organisation: Organisation): Served {
  const { ca, caOperations } = organisation.ports;
  return { operationsPort: caOperations, port: ca, tlsRoot: tlsRootFile(state, organisation) };
}

/** Writes its configuration; says how it is started. */
export async function authoritySpec(
  state: NetworkState,
  organisation: Organisation,
): Promise<ProcessSpec> {
  const name = caProcess(organisation);
  const folder = processFolder(state, name);
  const config = await authorityConfig(state, organisation);
  await writeConfiguration(join(folder, 'fabric-ca-server-config.yaml'), config);
  return {
    name,
    program: state.programs['fabric-ca-server'],
    args: ['start', '--home', folder],
    cwd: folder,
    isReady: () => isServing(authorityServed(state, organisation)),
    version: state.programs.caVersion,
    makes: ['fabric-ca-server.db', 'msp', 'IssuerPublicKey', 'IssuerRevocationPublicKey'].map(
      (file) => join(folder, file),
    ),
  };
}
