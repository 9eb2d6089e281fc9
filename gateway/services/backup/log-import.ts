// The content of an export into an empty store and a new ledger: entries, blocks, then the rows
// that only the export knows.
import {
  concat,
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  equalBytes,
} from '../../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../../chaincode/core/canonical-json.js';
import { type Checkpoint, parseCheckpoint } from '../../../chaincode/core/checkpoint.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import type { JsonValue } from '../../../chaincode/core/json.js';
import { patientAlpha } from '../../../chaincode/core/labels.js';
import { HASH_BYTES, LEAF_BYTES } from '../../../chaincode/core/limits.js';
import { verifyNote } from '../../../chaincode/core/signed-note.js';
import { parseCheckpointAnswer } from '../../evidence/answer.js';
import {
  findEmbeddedAnswer,
  isEmbedded,
  isFabric,
  parseAttestation,
} from '../../evidence/attestation.js';
import { fabricAnswer } from '../../evidence/fabric-endorsement.js';
import type { Trust } from '../../evidence/trust.js';
import type { Block, BlockTransaction } from '../../ledger/embedded/block.js';
import type { EmbeddedNetwork } from '../../ledger/embedded/embedded-network.js';
import type { ReplayInput } from '../../ledger/embedded/replay.js';
import type { CheckpointPage } from '../../ledger/log-answers.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { Batch } from '../../store/database.js';
import * as keys from '../../store/keys.js';
import { type AttestationRow, formatJsonRow } from '../../store/rows.js';
import type { Store } from '../../store/store.js';
import { checkAttestationRow } from '../audit/attestation-audit.js';
import { Labels, type LogContext } from '../log-context.js';
import { loadMultiplier } from '../point-multiplier.js';
import { StoreBuilder } from '../rebuild/store-builder.js';
import { closingLeafOf } from '../receipts.js';
import type { PreparedAppend } from '../sequencer/prepare-append.js';
import { signCheckpoint } from '../sequencer/proven-log.js';
import type { ExportFile } from './export-file.js';
import {
  certificatePem,
  type ExportedAttestation,
  type Tag,
  type Tagged,
} from './export-format.js';
import { parseOwnTransaction } from './log-blocks.js';

export interface LogImportParts {
  readonly file: ExportFile;
  /** Holds nothing but its meta row. */
  readonly store: Store;
  /** Holds nothing but its first block; undefined where the ledger is a channel. */
  readonly network?: EmbeddedNetwork;
  /** The log, as its writer sees it. */
  readonly log: LogLedger;
  readonly context: LogContext;
  /** By which attestations count. */
  readonly trust: Trust;
}

const BATCH_ROWS = 1024;

function bad(text: string): ChartsealError {
  return new ChartsealError('BAD_FORMAT', text);
}

export class LogImport {
  readonly #parts: LogImportParts;
  readonly #builder: StoreBuilder;
  readonly #log: LogLedger;
  readonly #labels: Labels;
  /** PEM of the creators of transactions, by digest. */
  readonly #certificates: ReadonlyMap<string, string>;

  constructor(parts: LogImportParts) {
    this.#parts = parts;
    const { store, context, log, file } = parts;
    this.#builder = new StoreBuilder(store, context);
    this.#log = log;
    this.#labels = new Labels(context);
    this.#certificates = new Map(
      file.header.certificates.map((base64) => [
        encodeHex(sha256(decodeBase64(base64, 'certificate'))),
        certificatePem(base64),
      ]),
    );
  }

  /** Number of entries that the ledger holds. */
  async run(): Promise<number> {
    await loadMultiplier();
    await this.#entries();
    const { file, network } = this.#parts;
    for await (const block of file.lines('block')) {
      if (network === undefined) throw bad('an export of a log on a channel holds no blocks');
      await this.#block(network, block);
    }
    if (network === undefined) await this.#appends();
    await this.#patients();
    await this.#baselines();
    const newest = await this.#attestations();
    await this.#builder.finish(newest ?? (await this.#attestNow()));
    return this.#builder.state.entries;
  }

  async #entries(): Promise<void> {
    let count = 0;
    for await (const { ordinal, leaf, entry, openings } of this.#parts.file.lines('entry')) {
      if (ordinal !== count++) throw bad('the entries of the export are not in order');
      await this.#builder.addEntry({
        leaf: decodeBase64(leaf, 'leaf', LEAF_BYTES),
        entry: canonicalBytes(entry),
        openings: openings === undefined ? new Uint8Array() : canonicalBytes(openings),
      });
    }
    await this.#builder.endEntries();
  }

  /** Executes one block again, and takes its appends over. */
  async #block(network: EmbeddedNetwork, block: Block): Promise<void> {
    const inputs: ReplayInput[] = [];
    const appends: PreparedAppend[] = [];
    for (const transaction of block.transactions) {
      const certificatePem = this.#certificateOf(block, transaction);
      const parsed = parseOwnTransaction(transaction, this.#log.logId);
      if (parsed.kind === 'registerLog') {
        inputs.push({ certificatePem, transient: new Map() });
        continue;
      }
      const prepared = await this.#builder.prepare(parsed.hashes.length);
      const leaves = concat(...prepared.leaves.map(({ leaf }) => leaf));
      const transient = new Map([
        ['leaves', leaves],
        ['witness', prepared.witness()],
      ]);
      inputs.push({ certificatePem, transient });
      appends.push(prepared);
    }
    await network.replay(block, inputs);
    for (const prepared of appends) await this.#commit(prepared);
  }

  /** Takes over all appends that the channel has. */
  async #appends(): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: CheckpointPage = await this.#log.listCheckpoints(after);
      for (const row of page.checkpoints) {
        await this.#builder.commit(await this.#builder.prepare(row.leaves), row);
      }
      after = page.next;
    }
  }

  async #commit(prepared: PreparedAppend): Promise<void> {
    const before = this.#builder.state.frontier.size;
    const [row] = (await this.#log.listCheckpoints(before, 1)).checkpoints;
    if (row === undefined) throw new ChartsealError('LEDGER_CORRUPT', 'an append left no trace');
    await this.#builder.commit(prepared, row);
  }

  #certificateOf({ number }: Block, { creator }: BlockTransaction): string {
    const found = this.#certificates.get(creator.certificate);
    if (found !== undefined) return found;
    const text = `block ${number}: the certificate of its creator is not in the export`;
    throw new ChartsealError('LEDGER_CORRUPT', text);
  }

  async #patients(): Promise<void> {
    await this.#rows(
      'patient',
      ({ label }) => label,
      (batch, { label, system, value }) => {
        const bytes = decodeHex(label, 'label', HASH_BYTES);
        const alpha = patientAlpha(system, value);
        // An event under a wrong label could never be taken back.
        if (!equalBytes(this.#labels.fromAlpha(alpha), bytes)) {
          throw bad('a patient stands under the label of another');
        }
        batch
          .put(keys.patientLabelKey(sha256(alpha)), bytes)
          .put(keys.patientKey(bytes), formatJsonRow({ system, value }));
      },
    );
  }

  async #baselines(): Promise<void> {
    await this.#rows(
      'baseline',
      ({ label }) => label,
      (batch, { label, ...row }) => {
        batch.put(keys.baselineKey(decodeHex(label, 'label', HASH_BYTES)), formatJsonRow(row));
      },
    );
  }

  /** Gives the row of the newest append, when that was attested. */
  async #attestations(): Promise<AttestationRow | undefined> {
    const { size } = this.#builder.state.frontier;
    let newest: AttestationRow | undefined;
    await this.#rows(
      'attestation',
      (row) => row.size,
      async (batch, exported) => {
        const row = await this.#checkedAttestation(exported);
        batch.put(keys.attestationKey(exported.size), formatJsonRow(row));
        if (exported.size === size) newest = row;
      },
    );
    return newest;
  }

  /** An attestation that vouches for what this ledger holds; throws BAD_FORMAT, LOG_FORKED. */
  async #checkedAttestation({ size, ...row }: ExportedAttestation): Promise<AttestationRow> {
    const attested = this.#attested(size, row);
    const { root, closingLeaf } = await this.#log.readCheckpoint(size).catch((error: unknown) => {
      const isUnknown = error instanceof ChartsealError && error.code === 'NOT_FOUND';
      throw isUnknown ? bad(`the log never had the size ${size} that was attested`) : error;
    });
    const same =
      attested.sizes.every((one) => one === size) &&
      attested.roots.every((one) => equalBytes(one, root)) &&
      row.closingLeaf === closingLeaf;
    if (same) return row;
    throw new ChartsealError('LOG_FORKED', `the attestation of size ${size} is of another log`);
  }

  /** What note and attestation say, each under the log's note key. */
  #attested(size: number, row: AttestationRow) {
    const { registration, secrets } = this.#parts.context;
    const { notePublicKey } = secrets;
    try {
      const note = parseCheckpoint(verifyNote(row.checkpoint, registration.origin, notePublicKey));
      const said = parseCheckpointAnswer(this.#answer(row, note));
      const root = decodeHex(said.root, 'root', HASH_BYTES);
      return { sizes: [note.size, said.size], roots: [note.root, root] };
    } catch (cause) {
      if (!(cause instanceof ChartsealError)) throw cause;
      throw new ChartsealError('BAD_FORMAT', `the attestation of size ${size}: ${cause.message}`, {
        cause,
      });
    }
  }

  /** Bytes that the attestation vouches for. */
  #answer(row: AttestationRow, note: Checkpoint): Uint8Array {
    const { context, trust } = this.#parts;
    const attestation = parseAttestation(row.attestation);
    if (isFabric(attestation)) {
      checkAttestationRow(row, { ...note, closingLeaf: closingLeafOf(row) }, context, trust);
      return fabricAnswer(attestation);
    }
    const { notePublicKey } = context.secrets;
    const answer = isEmbedded(attestation) && findEmbeddedAnswer(attestation, notePublicKey);
    if (!answer) throw bad('its signature does not verify');
    return answer;
  }

  /** Appends that were not proven when the export was made; undefined when there was none. */
  async #attestNow(): Promise<AttestationRow | undefined> {
    const { state } = this.#builder;
    const { size } = state.frontier;
    if (size === 0 || state.closingLeaf === undefined) return undefined;
    const { attestation } = await this.#log.attestCheckpoint(size);
    return {
      attestation: attestation as unknown as JsonValue,
      checkpoint: signCheckpoint(this.#parts.context, state),
      closingLeaf: encodeBase64(state.closingLeaf),
    };
  }

  /** Rows of one kind, in ascending order, written in batches. */
  async #rows<T extends Tag, K extends string | number>(
    tag: T,
    keyOf: (row: Tagged[T]) => K,
    put: (batch: Batch, row: Tagged[T]) => void | Promise<void>,
  ): Promise<void> {
    const { file, store } = this.#parts;
    let batch = store.db.batch();
    let before: K | undefined;
    for await (const row of file.lines(tag)) {
      const key = keyOf(row);
      if (before !== undefined && key <= before) throw bad(`a ${tag} stands out of order`);
      before = key;
      await put(batch, row);
      if (batch.size >= BATCH_ROWS) {
        await batch.write();
        batch = store.db.batch();
      }
    }
    await batch.write();
  }
}
