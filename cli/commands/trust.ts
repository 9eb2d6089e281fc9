// chartseal trust: the trust file for auditors and patients, with what to compare by phone; and
// checkpoints that its owner pins in it.
import { X509Certificate } from 'node:crypto';
import { decodeUtf8, encodeHex } from '../../chaincode/core/bytes.js';
import { type Checkpoint, parseCheckpoint } from '../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { MAX_NOTE_BYTES } from '../../chaincode/core/limits.js';
import { parseNote, verifyNote } from '../../chaincode/core/signed-note.js';
import {
  formatTrustFile,
  type Organisation,
  parseTrustFile,
  type Trust,
  type TrustFile,
} from '../../gateway/evidence/trust.js';
import { readSmallFile } from '../../gateway/services/small-file.js';
import type { CommandContext } from '../context.js';
import { tellFinding } from '../finding.js';
import { type DataOptions, withDoor } from '../hospital.js';
import { clean } from '../render.js';
import { writeOrPrint } from '../write.js';
import { readTrust } from './verify.js';

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
    ...(file.pinnedCheckpoints ?? []).map(
      ({ origin, size, root }) =>
        `pinned: log ${clean(origin)}, size ${size}, root ${spaced(root)}`,
    ),
  ];
}

async function writeTrust(
  bytes: Uint8Array,
  out: string | undefined,
  context: CommandContext,
): Promise<void> {
  const { file, fingerprint } = parseTrustFile(bytes);
  await writeOrPrint(bytes, 'chartseal-trust', out, context);
  for (const line of summary(file)) context.tell(line);
  context.tell(`fingerprint sha256:${fingerprint}`);
  context.tell(`  to read out: ${spaced(fingerprint)}`);
}

export async function trustExport(
  options: TrustExportOptions,
  context: CommandContext,
): Promise<number> {
  return withDoor(options, context, async (door) => {
    await writeTrust(await door.trustFile(), options.out, context);
    context.tell('not verified until compared: ask for the fingerprint over another way than this');
    context.tell('file came by, best from another organisation.');
    return 0;
  });
}

export interface TrustPinOptions {
  /** The trust file that pins it. */
  readonly trust: string;
  readonly out?: string;
}

/** Throws BAD_FORMAT unless a log of the trust file signed it. */
function readSigned(path: string, trust: Trust): Checkpoint {
  const note = decodeUtf8(readSmallFile(path, { maxBytes: MAX_NOTE_BYTES }), 'the checkpoint');
  const checkpoint = parseCheckpoint(parseNote(note).text);
  const log = trust.logsByOrigin.get(checkpoint.origin);
  if (log === undefined) {
    throw new ChartsealError('BAD_INPUT', 'the trust file does not name the log of the checkpoint');
  }
  verifyNote(note, log.origin, log.noteKey);
  return checkpoint;
}

/** The trust file with one more checkpoint that its owner has seen. */
export async function trustPin(
  path: string,
  { trust: trustPath, out }: TrustPinOptions,
  context: CommandContext,
): Promise<number> {
  const trust = readTrust(trustPath);
  const { file } = trust;
  const { origin, size, root } = readSigned(path, trust);
  const pins = file.pinnedCheckpoints ?? [];
  const pin = { origin, size, root: encodeHex(root) };
  const same = pins.find((one) => one.origin === origin && one.size === size);
  if (same !== undefined && same.root !== pin.root) {
    const sentence = `the log signed another root of size ${size} than the one that is pinned`;
    const facts = { size, root: pin.root, pinned: same.root };
    const next = [
      'keep the trust file and the checkpoint as evidence; nothing was written',
    ] as const;
    return tellFinding({ code: 'LOG_FORKED', sentence, facts, next }, context);
  }
  const pinnedCheckpoints = same === undefined ? [...pins, pin] : pins;
  await writeTrust(formatTrustFile({ ...file, pinnedCheckpoints }), out, context);
  return 0;
}
