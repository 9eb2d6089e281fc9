// One log on a ledger, typed: the only place that sends transactions by name and reads answers.
import {
  decodeBase64,
  decodeHex,
  encodeBase64,
  encodeHex,
  utf8,
} from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { RegistrationRequest } from '../../chaincode/core/registration.js';
import { type CheckpointAnswer, parseCheckpointAnswer } from '../evidence/answer.js';
import {
  type Attestation,
  findEmbeddedAnswer,
  isEmbedded,
  isFabric,
} from '../evidence/attestation.js';
import { fabricAnswer } from '../evidence/fabric-endorsement.js';
import type { Ledger, LedgerLimits } from './ledger.js';
import {
  type AppendAnswer,
  type CheckpointPage,
  type LogAnswer,
  type LogPage,
  parseAppendAnswer,
  parseCheckpointPage,
  parseLogAnswer,
  parseLogPage,
  parseRegisteredLog,
  type RegisteredLog,
} from './log-answers.js';

export interface AppendBatch {
  /** Size of the log that the batch was built for. */
  readonly expectedSize: number;
  /** Leaf hashes, in order. */
  readonly hashes: readonly Uint8Array[];
  /** The leaves' bytes, one after the other. */
  readonly leaves: Uint8Array;
  readonly witness: Uint8Array;
}

/** A committed checkpoint as the ledger states it. */
export type LogCheckpoint = Omit<CheckpointAnswer, 'root'> & { readonly root: Uint8Array };

export interface AttestedCheckpoint {
  readonly answer: LogCheckpoint;
  readonly attestation: Attestation;
}

export interface CheckpointOptions {
  /** Hex, echoed in the answer. */
  readonly nonce?: string;
}

/** Throws IDENTITY_REFUSED for an attestation that does not verify. */
export type AttestationVerifier = (
  attestation: Attestation,
  answer: CheckpointAnswer,
) => Promise<void>;

export interface ListLogsOptions {
  readonly mspId?: string;
  readonly after?: string;
  readonly limit?: number;
}

/** Registers a log for the caller's organisation. */
export async function registerLog(
  ledger: Ledger,
  request: RegistrationRequest,
): Promise<RegisteredLog> {
  return parseRegisteredLog(await ledger.submit('registerLog', canonicalJson(request)));
}

/** One page of the channel's logs, by ascending log id. */
export async function listLogs(ledger: Ledger, options: ListLogsOptions = {}): Promise<LogPage> {
  return parseLogPage(await ledger.evaluate('listLogs', canonicalJson(options)));
}

export class LogLedger {
  readonly logId: string;
  readonly #ledger: Ledger;
  readonly #verify: AttestationVerifier | undefined;
  #noteKey: Uint8Array | undefined;

  /**
   * @param logId 64 hex digits
   * @param verify what is known of the channel; without it, endorsements are passed on unverified
   */
  constructor(ledger: Ledger, logId: string, verify?: AttestationVerifier) {
    this.#ledger = ledger;
    this.logId = logId;
    this.#verify = verify;
  }

  limits(): LedgerLimits {
    return this.#ledger.limits();
  }

  /** Resolves when the append is committed; after any error its fate may be unknown. */
  async append({ expectedSize, hashes, leaves, witness }: AppendBatch): Promise<AppendAnswer> {
    const leafHashes = encodeBase64(Buffer.concat(hashes));
    const json = canonicalJson({ logId: this.logId, expectedSize, leafHashes });
    return parseAppendAnswer(await this.#ledger.submit('append', json, { leaves, witness }));
  }

  async readLog(): Promise<LogAnswer> {
    const json = canonicalJson({ logId: this.logId });
    const answer = parseLogAnswer(await this.#ledger.evaluate('readLog', json));
    if (answer.logId !== this.logId) this.#misunderstood();
    return answer;
  }

  /** @param size of a checkpoint; the newest when left out */
  async readCheckpoint(size?: number, options: CheckpointOptions = {}): Promise<LogCheckpoint> {
    const json = this.#checkpointRequest(size, options);
    const answer = utf8(await this.#ledger.evaluate('readCheckpoint', json));
    return this.#parseCheckpoint(answer, size, options);
  }

  /** Appends that led to a size above `after`, ascending; LEDGER_CORRUPT when one is missing. */
  async listCheckpoints(after: number, limit?: number): Promise<CheckpointPage> {
    const json = canonicalJson({ logId: this.logId, after, limit });
    return parseCheckpointPage(await this.#ledger.evaluate('listCheckpoints', json), after);
  }

  /**
   * A checkpoint with the organisations' word for it.
   * Throws IDENTITY_REFUSED when the attestation does not verify.
   */
  async attestCheckpoint(
    size?: number,
    options: CheckpointOptions & { readonly organisations?: readonly string[] } = {},
  ): Promise<AttestedCheckpoint> {
    const json = this.#checkpointRequest(size, options);
    const attestation = await this.#ledger.attest(json, options.organisations ?? []);
    const bytes = await this.#attestedAnswer(attestation);
    const answer = this.#parseCheckpoint(bytes, size, options);
    await this.#verify?.(attestation, { ...answer, root: encodeHex(answer.root) });
    return { answer, attestation };
  }

  #checkpointRequest(size: number | undefined, { nonce }: CheckpointOptions): string {
    return canonicalJson({ logId: this.logId, size, nonce });
  }

  async #attestedAnswer(attestation: Attestation): Promise<Uint8Array> {
    if (isFabric(attestation)) return fabricAnswer(attestation);
    if (!isEmbedded(attestation)) {
      throw new ChartsealError('NEWER_VERSION', 'this type of attestation is not known');
    }
    if (this.#noteKey === undefined) {
      const { registration } = await this.readLog();
      this.#noteKey = decodeBase64(registration.noteKey, 'noteKey', 32);
    }
    const answer = findEmbeddedAnswer(attestation, this.#noteKey);
    if (answer === undefined) {
      throw new ChartsealError(
        'IDENTITY_REFUSED',
        'the signer does not hold the note key of the log',
      );
    }
    return answer;
  }

  #parseCheckpoint(
    bytes: Uint8Array,
    size: number | undefined,
    { nonce }: CheckpointOptions,
  ): LogCheckpoint {
    const answer = parseCheckpointAnswer(bytes);
    const asked = answer.logId === this.logId && answer.nonce === nonce;
    if (!asked || answer.size !== (size ?? answer.headSize)) this.#misunderstood();
    return { ...answer, root: decodeHex(answer.root, 'root', HASH_BYTES) };
  }

  #misunderstood(): never {
    throw new ChartsealError('LEDGER_FAILED', 'the ledger answered another question');
  }
}
