// What the types of members cannot say: files that TLS needs, hosts that may be reached from
// outside, and who is known twice.
import { accessSync, constants } from 'node:fs';
import { authFaults } from '../http/auth/auth-faults.js';
import { isLoopback } from '../http/auth/loopback.js';
import { isSystemError, systemErrorText } from '../services/file-error.js';
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

function hostFaults({ people, systems, demo }: GatewayConfig): string[] {
  const faults: string[] = [];
  if (people.tls === undefined && !isLoopback(people.host)) {
    faults.push('people.tls must be given where people.host is not loopback: tokens would be read');
  }
  if (demo && !isLoopback(people.host)) faults.push('people.host must be loopback with demo');
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
    try {
      accessSync(authority, constants.R_OK);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      faults.push(`auth.issuers[${at}].authority cannot be read: ${systemErrorText(error)}`);
    }
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
  ];
}
