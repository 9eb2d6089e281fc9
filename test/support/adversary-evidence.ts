// Receipts of a log on the live channel, made by hand: of the log as it is, or of one that the
// hospital would rather have and signed with the log's own key.

import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { formatCheckpoint } from '../../chaincode/core/checkpoint.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { leafHash, parseClosingLeaf } from '../../chaincode/core/leaf.js';
import { nodeHash } from '../../chaincode/core/merkle.js';
import { signNote } from '../../chaincode/core/signed-note.js';
import { inclusionProof } from '../../chaincode/core/tree-proofs.js';
import type { Attestation } from '../../gateway/evidence/attestation.js';
import { buildReceipt, type Receipt } from '../../gateway/evidence/receipt.js';
import type { TrustFile } from '../../gateway/evidence/trust.js';
import { formatAttestation } from '../../gateway/ledger/fabric/attest.js';
import { readChannelTrust } from '../../gateway/ledger/fabric/channel-trust.js';
import type { TestLog } from '../ledger/conformance/channel.js';
import type { Adversary } from './adversary-hospital.js';
import { type Asked, type PeerWord, propose, transactionOf } from './adversary-transaction.js';
import { type MadeEntry, recordEntry } from './evidence-entries.js';
import { LogWriter, labelOf, type Step } from './log-writer.js';

export const CONTENT = 'Discharge summary\n';
const REWRITTEN = 'Another summary\n';
const RECORD = labelOf('record');

function entryOf({ registered }: TestLog, content: string): MadeEntry {
  const { origin } = registered.registration;
  const at = new Date().toISOString();
  return recordEntry({ origin, at, seed: content }, { id: 'ward-3/summary', version: 1, content });
}

const stepOf = (entry: MadeEntry): Step => ({
  act: 'archive',
  subject: RECORD,
  entry: sha256(entry.bytes),
});

/** Paper of one log: its only record, as it was logged and as the hospital would have it. */
export class LivePaper {
  readonly log: TestLog;
  /** Of what a verifier of the auditor believes. */
  readonly trustFile: TrustFile;
  /** A log of the same size with another record in the place of the one that was logged. */
  readonly fork: LogWriter;
  readonly #entry: MadeEntry;
  readonly #rewritten: MadeEntry;

  private constructor(
    log: TestLog,
    trustFile: TrustFile,
    entries: readonly [MadeEntry, MadeEntry],
  ) {
    [this.#entry, this.#rewritten] = entries;
    this.log = log;
    this.trustFile = trustFile;
    this.fork = new LogWriter(log.registered.registration.origin);
    const { endorsedAt } = parseClosingLeaf(log.writer.leaves.at(-1) as Uint8Array);
    this.fork.commit(this.fork.batch([stepOf(this.#rewritten)]), endorsedAt);
  }

  static async make({ fixture, auditor }: Adversary): Promise<LivePaper> {
    const log = await fixture.newLog('hospital-a');
    const entry = entryOf(log, CONTENT);
    await log.append([stepOf(entry)]);
    const { logId, registered } = log;
    const { registration } = registered;
    const trustFile = await readChannelTrust(auditor, { logId, registration });
    return new LivePaper(log, trustFile, [entry, entryOf(log, REWRITTEN)]);
  }

  /** @param attestation of whatever the file shall claim */
  receipt(attestation: Attestation, from: 'log' | 'fork' = 'log'): Receipt {
    const writer = from === 'log' ? this.log.writer : this.fork;
    const { bytes, openings } = from === 'log' ? this.#entry : this.#rewritten;
    const read = (level: number, at: number): Uint8Array =>
      level === 0
        ? leafHash(writer.leaves[at] as Uint8Array)
        : nodeHash(read(level - 1, at * 2), read(level - 1, at * 2 + 1));
    const { size } = writer;
    const { origin } = this.log.registered.registration;
    const text = formatCheckpoint({ origin, size, root: writer.rootAt(size) });
    const { publicKey, sign } = this.log.noteKey;
    return buildReceipt({
      entry: bytes,
      openings,
      leaf: writer.leaves[0] as Uint8Array,
      index: 0,
      path: inclusionProof(0, size, read),
      checkpoint: signNote(text, origin, publicKey, sign),
      attestation,
    });
  }
}

/** What peers are asked for an attestation of the newest checkpoint. */
export function askCheckpoint({ writer }: Adversary, { logId }: TestLog): Promise<Asked> {
  return propose(writer, 'readCheckpoint', canonicalJson({ logId }));
}

export function attestationOf(
  asked: Asked,
  payload: Uint8Array,
  endorsements: readonly PeerWord['endorsement'][],
): Attestation {
  const bytes = transactionOf(asked, payload, endorsements);
  return formatAttestation(bytes) as unknown as Attestation;
}
