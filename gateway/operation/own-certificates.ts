// The identities with which this gateway calls its ledger, by the end of their validity.
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { KEY_FILES } from '../data/keys.js';
import { readFabricProfile } from '../ledger/fabric/profile.js';
import type { Hospital } from '../services/hospital.js';
import { readSmallFile } from '../services/small-file.js';
import type { DatedCertificate } from './readiness.js';

function dated(name: string, path: string): DatedCertificate {
  const { validTo } = new X509Certificate(readSmallFile(path));
  return { name, until: Date.parse(validTo) };
}

/** Rejects when one cannot be read: the doctor says which and what to do. */
export async function identityCertificates(
  hospital: Hospital,
): Promise<readonly DatedCertificate[]> {
  const { config, layout } = hospital;
  if (config.ledger === 'embedded') {
    return [
      dated('writer identity', join(layout.keys, KEY_FILES.writerCertificate)),
      dated('own authority', join(layout.keys, KEY_FILES.caCertificate)),
    ];
  }
  const { identities } = await readFabricProfile(config.profile);
  // Only the writer's is needed every day; the others may lie elsewhere.
  const writer = identities.writer;
  return writer === undefined ? [] : [dated('writer identity', writer.certificate)];
}
