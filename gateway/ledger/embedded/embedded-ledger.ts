// The ledger port over the embedded engine, for one member of the channel.
import { randomBytes } from 'node:crypto';
import { concat, encodeHex, utf8 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { MAX_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import { type Attestation, signEmbedded } from '../../evidence/attestation.js';
import type { Ledger, LedgerEvent, LedgerLimits, Transient } from '../ledger.js';
import type { Call } from './engine.js';
import type { WorkerClient } from './worker-client.js';

/** Signs attestations with the log's note key. */
export interface NoteSigner {
  /** Ed25519 signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

export interface EmbeddedIdentity {
  readonly mspId: string;
  readonly certificatePem: string;
  /** Without it, nothing can be attested. */
  readonly signer?: NoteSigner;
}

const NONCE_BYTES = 24;

export class EmbeddedLedger implements Ledger {
  readonly #client: WorkerClient;
  readonly #identity: EmbeddedIdentity;
  readonly #now: () => number;
  #closed = false;
  readonly #stops = new Set<() => void>();

  constructor(client: WorkerClient, identity: EmbeddedIdentity, now: () => number) {
    this.#client = client;
    this.#identity = identity;
    this.#now = now;
  }

  async evaluate(name: string, json: string): Promise<string> {
    return this.#call('evaluate', name, json, {});
  }

  async submit(name: string, json: string, transient: Transient = {}): Promise<string> {
    return this.#call('submit', name, json, transient);
  }

  /** Single operator: the organisations named are not asked, and the attestation says so. */
  async attest(json: string): Promise<Attestation> {
    const { signer } = this.#identity;
    if (signer === undefined) {
      throw new ChartsealError('NOT_SUPPORTED', 'this connection has no key to attest with');
    }
    const answer = utf8(await this.evaluate('readCheckpoint', json));
    return signEmbedded(answer, (message) => signer.sign(message));
  }

  async *subscribe(fromBlock: number): AsyncGenerator<LedgerEvent> {
    for (let block = fromBlock; ; block++) {
      while (block > this.#client.height) {
        if (this.#closed) return;
        this.#client.requireAlive();
        await this.#changed();
      }
      if (this.#closed) return;
      const events = await this.#client.call({ kind: 'events', block });
      yield* events as readonly LedgerEvent[];
    }
  }

  limits(): LedgerLimits {
    return { appendLeaves: MAX_APPEND_LEAVES };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const stop of [...this.#stops]) stop();
  }

  /** Resolves after the next block, or when this connection or the worker is gone. */
  #changed(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        unwatch();
        this.#stops.delete(done);
        resolve();
      };
      const unwatch = this.#client.watch(done);
      this.#stops.add(done);
    });
  }

  async #call(
    kind: 'evaluate' | 'submit',
    name: string,
    json: string,
    transient: Transient,
  ): Promise<string> {
    if (this.#closed) {
      throw new ChartsealError('LEDGER_UNAVAILABLE', 'the connection is closed');
    }
    const { mspId, certificatePem } = this.#identity;
    // As in Fabric: SHA-256 of a nonce and the creator.
    const txId = encodeHex(sha256(concat(randomBytes(NONCE_BYTES), utf8(mspId + certificatePem))));
    // Copies, since what is transferred is lost to its owner.
    const request = new Uint8Array(utf8(json));
    const copies = Object.entries(transient).map(
      ([key, bytes]) => [key, new Uint8Array(bytes)] as const,
    );
    const call: Call = {
      mspId,
      certificatePem,
      txId,
      at: this.#now(),
      name,
      args: [request],
      transient: new Map(copies),
    };
    const transfer = [request.buffer, ...copies.map(([, bytes]) => bytes.buffer)];
    return (await this.#client.call({ kind, call }, transfer)) as string;
  }
}
