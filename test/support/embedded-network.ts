// A channel of three organisations on the embedded engine, in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedNetwork,
  type EmbeddedNetworkOptions,
  openEmbeddedNetwork,
} from '../../gateway/ledger/embedded/embedded-network.js';
import {
  type CertificateWithKey,
  createCertificateAuthority,
  issueCertificate,
} from '../../gateway/pki/issue.js';

export const ORGANISATIONS = {
  'hospital-a': 'HospitalAMSP',
  'hospital-b': 'HospitalBMSP',
  auditor: 'AuditorMSP',
} as const;
export type Organisation = keyof typeof ORGANISATIONS;
export type TestRole = 'admin' | 'writer' | 'reader';

let authorities: Promise<ReadonlyMap<Organisation, CertificateWithKey>> | undefined;

async function makeAuthorities(): Promise<ReadonlyMap<Organisation, CertificateWithKey>> {
  const made = new Map<Organisation, CertificateWithKey>();
  for (const [organisation, mspId] of Object.entries(ORGANISATIONS)) {
    const commonName = `ca.${organisation}.example`;
    made.set(organisation as Organisation, await createCertificateAuthority({ mspId, commonName }));
  }
  return made;
}

/** One authority per organisation, made once per process. */
export async function testAuthority(organisation: Organisation): Promise<CertificateWithKey> {
  authorities ??= makeAuthorities();
  return (await authorities).get(organisation) as CertificateWithKey;
}

const certificates = new Map<string, Promise<CertificateWithKey>>();

/** A certificate of an organisation with a role, made once per process. */
export async function testCertificate(
  organisation: Organisation,
  role: TestRole | undefined,
): Promise<string> {
  const key = `${organisation} ${role}`;
  const made =
    certificates.get(key) ??
    issueCertificate(await testAuthority(organisation), {
      commonName: `${role}@${organisation}.example`,
      days: 1,
      ...(role === undefined ? {} : { role }),
    });
  certificates.set(key, made);
  return (await made).certificatePem;
}

/** Where a test ledger lies, and with whom. */
export async function testNetworkOptions(folder: string): Promise<EmbeddedNetworkOptions> {
  const msps = [];
  for (const [organisation, mspId] of Object.entries(ORGANISATIONS)) {
    const { certificatePem } = await testAuthority(organisation as Organisation);
    msps.push({ mspId, roots: [certificatePem] });
  }
  return {
    folder: join(folder, 'ledger'),
    channel: 'archive',
    msps,
    checkpointFile: join(folder, 'checkpoint'),
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'chartseal-ledger-'));
}

/** A new channel; `close` also removes its folder. */
export async function newTestNetwork(now?: () => number): Promise<{
  readonly folder: string;
  readonly network: EmbeddedNetwork;
  close(): Promise<void>;
}> {
  const folder = newFolder();
  const options = { ...(await testNetworkOptions(folder)), create: true };
  const network = await openEmbeddedNetwork(now === undefined ? options : { ...options, now });
  return {
    folder,
    network,
    close: async () => {
      await network.close();
      rmSync(folder, { recursive: true });
    },
  };
}
