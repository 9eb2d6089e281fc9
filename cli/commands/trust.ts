// chartseal trust export: the trust file for auditors and patients, with what to compare by phone.
import { X509Certificate } from 'node:crypto';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { type Organisation, parseTrustFile, type TrustFile } from '../../gateway/evidence/trust.js';
import type { CommandContext } from '../context.js';
import { type DataOptions, withDoor } from '../hospital.js';
import { clean } from '../render.js';
import { writeOrPrint } from '../write.js';

export interface TrustExportOptions extends DataOptions {
  readonly out?: string;
}

/** In groups of four, as one reads it out. */
const spaced = (hex: string) => hex.replace(/(.{4})(?=.)/g, '$1 ');

function certificateLine(what: string, base64: string): string {
  const der = Buffer.from(base64, 'base64');
  const { subject } = new X509Certificate(der);
  const name = clean(subject.split('\n').reverse().join(', '));
  return `  ${what} ${name}\n    sha256 ${spaced(encodeHex(sha256(der)))}`;
}

function organisationLines({ mspId, roots, intermediates, revoked }: Organisation): string[] {
  return [
    `organisation ${clean(mspId)}`,
    ...roots.map((one) => certificateLine('root', one)),
    ...intermediates.map((one) => certificateLine('intermediate', one)),
    ...(revoked.length === 0 ? [] : [`  ${revoked.length} of its certificates are revoked`]),
  ];
}

function policyLine({ policy, organisations }: TrustFile): string {
  const { k, required, tolerated } = policy;
  const names = required.map(clean).join(', ');
  const among = required.length === 0 ? '' : `, among them ${names}`;
  const honest = tolerated === 0 ? 'no collusion' : `collusion of ${tolerated}`;
  return `${k} of ${organisations.length} organisations must attest${among}; ${honest} is tolerated`;
}

/** What two people read to each other. */
function summary(file: TrustFile): string[] {
  return [
    `channel ${clean(file.channel)}, ordering ${file.ordering}`,
    policyLine(file),
    ...file.contract.map(
      ({ name, version, sequence, block, tx, endorsementPolicy }) =>
        `contract ${clean(name)} ${clean(version)}, definition ${sequence} (block ${block}, transaction ${tx}): ${clean(endorsementPolicy)}`,
    ),
    ...file.organisations.flatMap(organisationLines),
    ...file.logs.map(({ origin, logId }) => `log ${clean(origin)}, id ${logId}`),
  ];
}

export async function trustExport(
  options: TrustExportOptions,
  context: CommandContext,
): Promise<number> {
  return withDoor(options, context, async (door) => {
    const bytes = await door.trustFile();
    const { file, fingerprint } = parseTrustFile(bytes);
    await writeOrPrint(bytes, 'chartseal-trust', options.out, context);
    for (const line of summary(file)) context.tell(line);
    context.tell(`fingerprint sha256:${fingerprint}`);
    context.tell(`  to read out: ${spaced(fingerprint)}`);
    context.tell('not verified until compared: ask for the fingerprint over another way than this');
    context.tell('file came by, best from another organisation.');
    return 0;
  });
}
