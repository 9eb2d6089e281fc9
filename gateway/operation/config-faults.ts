// What the types of members cannot say: files that TLS needs, hosts that may be reached from
// outside, and who is known twice.
import { statSync } from 'node:fs';
import { addressFault, authFaults } from '../http/auth/auth-faults.js';
import { IssuerFileFault, readIssuerFile } from '../http/auth/issuer-file.js';
import { isLoopback } from '../http/auth/loopback.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
import { fhirFaults } from './config-fhir.js';
import type { GatewayConfig } from './config-shape.js';
import { readTlsMaterial, type TlsPaths } from './tls-material.js';

async function tlsFaults(
  listener: 'people' | 'systems',
  paths: TlsPaths,
  now: number,
): Promise<string[]> {
  const { faults } = await readTlsMaterial(listener, paths, now);
  return faults.map(({ member, text }) => `${listener}.tls.${member} ${text}`);
}

/** Of the address under which browsers know the gateway. */
function publicAddressFaults(address: string): string[] {
  const fault = addressFault(address);
  if (fault !== undefined) return [`people.url ${fault}`];
  if (new URL(address).href === `${new URL(address).origin}/`) return [];
  return ['people.url must have no path and no query'];
}

/** What login needs: an address to come back to, and secrets that are secret. */
function loginFaults({ people, auth }: GatewayConfig): string[] {
  return auth.issuers.flatMap(({ login }, at) => {
    if (login === undefined) return [];
    const member = `auth.issuers[${at}].login`;
    const { clientSecretFile: file } = login;
    const faults = file === undefined ? [] : secretFaults(file);
    return [
      ...(people.url === undefined && !isLoopback(people.host)
        ? [`people.url must be given with ${member}: the provider sends people back there`]
        : []),
      ...faults.map((fault) => `${member}.clientSecretFile ${fault}`),
    ];
  });
}

function unreadable(file: string): string[] {
  try {
    readIssuerFile(file);
    return [];
  } catch (error) {
    if (!(error instanceof IssuerFileFault)) throw error;
    return [error.message];
  }
}

function secretFaults(file: string): string[] {
  const faults = unreadable(file);
  if (faults.length > 0) return faults;
  try {
    const { mode } = statSync(file);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return [];
  } catch (error) {
    // It may have been taken away since it was read.
    if (!isSystemError(error)) throw error;
    return [`cannot be read: ${systemErrorText(error)}`];
  }
  return ['may be read by other users of this machine: chmod 600'];
}

function hostFaults({ people, systems, demo }: GatewayConfig): string[] {
  const faults: string[] = [];
  if (people.tls === undefined && !isLoopback(people.host)) {
    faults.push('people.tls must be given where people.host is not loopback: tokens would be read');
  }
  if (demo && !isLoopback(people.host)) faults.push('people.host must be loopback with demo');
  if (people.url !== undefined) faults.push(...publicAddressFaults(people.url));
  if (systems === undefined) return faults;
  if (demo && !isLoopback(systems.host)) faults.push('systems.host must be loopback with demo');
  if (systems.port !== 0 && systems.port === people.port && systems.host === people.host) {
    faults.push('systems.port must differ from people.port on the same host');
  }
  if (systems.tls.revocationList !== undefined && systems.tls.clientAuthorities === undefined) {
    faults.push('systems.tls.revocationList needs systems.tls.clientAuthorities');
  }
  return faults;
}

function identityFaults({ auth, systems, demo }: GatewayConfig): string[] {
  const faults = authFaults({ ownOrganisation: '-', ...auth }).map((fault) => `auth.${fault}`);
  auth.issuers.forEach(({ authority }, at) => {
    if (authority === undefined) return;
    faults.push(...unreadable(authority).map((fault) => `auth.issuers[${at}].authority ${fault}`));
  });
  if (auth.systems.length > 0 && systems?.tls.clientAuthorities === undefined) {
    faults.push(
      'auth.systems needs systems.tls.clientAuthorities: nobody could show a certificate',
    );
  }
  if (demo && auth.issuers.length + auth.systems.length > 0) {
    faults.push('demo must not stand beside real identities in auth');
  }
  return faults;
}

/** One line for each fault, beginning with the member. */
export async function findConfigFaults(config: GatewayConfig, now: number): Promise<string[]> {
  const { people, systems } = config;
  return [
    ...hostFaults(config),
    ...(people.tls === undefined ? [] : await tlsFaults('people', people.tls, now)),
    ...(systems === undefined ? [] : await tlsFaults('systems', systems.tls, now)),
    ...identityFaults(config),
    ...loginFaults(config),
    ...fhirFaults(config),
  ];
}
