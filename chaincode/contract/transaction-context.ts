// What one transaction works with: the caller, the transaction's time, transient data, state.
import type { Context } from 'fabric-contract-api';
import { ChartsealError } from '../core/errors.js';
import { MAX_CLOCK_SKEW_MS } from '../core/limits.js';
import { timestampMs } from '../core/time.js';
import { State } from './state.js';

type Stub = Context['stub'];
type ClientIdentity = Context['clientIdentity'];

export class TransactionContext {
  readonly stub: Stub;
  readonly clientIdentity: ClientIdentity;
  /** The endorser's own clock; a ledger that is replayed runs at the time of its blocks. */
  readonly clock: () => number;

  constructor(stub: Stub, clientIdentity: ClientIdentity, clock: () => number = Date.now) {
    this.stub = stub;
    this.clientIdentity = clientIdentity;
    this.clock = clock;
  }

  get state(): State {
    return new State(this.stub);
  }

  /** MSP id of the caller. */
  get callerMspId(): string {
    return this.clientIdentity.getMSPID();
  }

  /**
   * The transaction's time in ms since 1970, the same for every endorser.
   * @param notBefore time of the log's last append
   * The endorser's own clock decides refusal only, never what is written; throws CLOCK_SKEW.
   */
  transactionTime(notBefore = 0): number {
    const { seconds, nanos } = this.stub.getTxTimestamp();
    const time = timestampMs(seconds.toNumber(), nanos);
    if (time === undefined || !(Math.abs(time - this.clock()) <= MAX_CLOCK_SKEW_MS)) {
      const minutes = MAX_CLOCK_SKEW_MS / 60_000;
      throw new ChartsealError(
        'CLOCK_SKEW',
        `the transaction's time is more than ${minutes} minutes from the endorser's clock`,
      );
    }
    if (time < notBefore) {
      throw new ChartsealError(
        'CLOCK_SKEW',
        "the transaction's time is before the log's last append",
      );
    }
    return time;
  }

  /** Transient data of this name, which endorsers see and the ledger does not keep. */
  findTransient(name: string): Uint8Array | undefined {
    return this.stub.getTransient().get(name);
  }
}
