// The chaincode stub over committed state, with Fabric's semantics: reads never see the writes of
// the same transaction, a missing key reads as no bytes, ranges go by UTF-8 bytes, the last event
// wins. What the contract does not call throws NOT_SUPPORTED.
import type { Context } from 'fabric-contract-api';
import { EMPTY_BYTES } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { isWellFormed } from '../../../chaincode/core/json.js';
import type { StateReader } from './state-reader.js';
import type { Version } from './state-row.js';

type Stub = Context['stub'];
type Entry = { namespace: string; key: string; value: Uint8Array };

/** The proposal that a stub serves. */
export interface Proposal {
  readonly channel: string;
  readonly txId: string;
  /** Time of the proposal, in ms since 1970. */
  readonly at: number;
  readonly transient: ReadonlyMap<string, Uint8Array>;
}

/** A range as far as it was read; `end` '' is no end. */
export interface RangeRead {
  readonly start: string;
  end: string;
}

/** What a transaction read, for the check at commit that nothing of it has changed. */
export interface ReadSet {
  readonly keys: Map<string, Version | undefined>;
  readonly ranges: RangeRead[];
}

export interface ChaincodeEvent {
  readonly name: string;
  readonly payload: Uint8Array;
}

function unsupported(): never {
  throw new ChartsealError('NOT_SUPPORTED', 'the embedded ledger does not offer this call');
}

/** Simple keys only: Fabric keeps those that begin with NUL for composite keys. */
function checkKey(key: string): void {
  if (key === '' || key.startsWith('\0') || !isWellFormed(key)) {
    throw new ChartsealError('BAD_INPUT', 'this is no key of contract state');
  }
}

export class LevelStub implements Stub {
  readonly reads: ReadSet = { keys: new Map(), ranges: [] };
  readonly writes = new Map<string, Uint8Array>();
  event: ChaincodeEvent | undefined;
  readonly #state: StateReader;
  readonly #proposal: Proposal;

  constructor(state: StateReader, proposal: Proposal) {
    this.#state = state;
    this.#proposal = proposal;
  }

  getTxID(): string {
    return this.#proposal.txId;
  }

  getChannelID(): string {
    return this.#proposal.channel;
  }

  /** As the contract reads it, whose seconds are a Long. */
  getTxTimestamp(): ReturnType<Stub['getTxTimestamp']> {
    const { at } = this.#proposal;
    const seconds = { toNumber: () => Math.floor(at / 1000) };
    return { seconds, nanos: (at % 1000) * 1_000_000 } as never;
  }

  getTransient(): Map<string, Uint8Array> {
    return new Map(this.#proposal.transient);
  }

  async getState(key: string): Promise<Uint8Array> {
    checkKey(key);
    const found = this.#state.find(key);
    this.reads.keys.set(key, found?.version);
    return found?.value ?? EMPTY_BYTES;
  }

  async putState(key: string, value: Uint8Array): Promise<void> {
    checkKey(key);
    // A copy: the caller may go on using its bytes.
    this.writes.set(key, new Uint8Array(value));
  }

  setEvent(name: string, payload: Uint8Array): void {
    this.event = { name, payload: new Uint8Array(payload) };
  }

  /** `start` '' leaves out composite keys, `end` '' is no end. */
  getStateByRange(start: string, end: string): ReturnType<Stub['getStateByRange']> {
    const from = start === '' ? '\u0001' : start;
    checkKey(from);
    if (end !== '') checkKey(end);
    const rows = this.#readRange(from, end);
    const iterator = {
      next: async () => {
        const { value, done } = await rows.next();
        return { value: value as Entry, done: done === true };
      },
      close: async () => {
        await rows.return(undefined);
      },
    };
    return Object.assign(Promise.resolve(iterator), { [Symbol.asyncIterator]: () => rows });
  }

  async *#readRange(start: string, end: string): AsyncGenerator<Entry, void> {
    // Until the range is read to its end, only what was seen of it counts as read.
    const read: RangeRead = { start, end: start };
    this.reads.ranges.push(read);
    for await (const { key, value, version } of this.#state.range(start, end)) {
      this.reads.keys.set(key, version);
      read.end = key;
      yield { namespace: '', key, value };
    }
    read.end = end;
  }

  getArgs = unsupported;
  getStringArgs = unsupported;
  getFunctionAndParameters = unsupported;
  getCreator = unsupported;
  getMspID = unsupported;
  getSignedProposal = unsupported;
  getDateTimestamp = unsupported;
  getBinding = unsupported;
  deleteState = unsupported;
  setStateValidationParameter = unsupported;
  getStateValidationParameter = unsupported;
  getStateByRangeWithPagination = unsupported;
  getStateByPartialCompositeKey = unsupported;
  getStateByPartialCompositeKeyWithPagination = unsupported;
  getQueryResult = unsupported;
  getQueryResultWithPagination = unsupported;
  getHistoryForKey = unsupported;
  invokeChaincode = unsupported;
  createCompositeKey = unsupported;
  splitCompositeKey = unsupported;
  getPrivateData = unsupported;
  getPrivateDataHash = unsupported;
  putPrivateData = unsupported;
  deletePrivateData = unsupported;
  purgePrivateData = unsupported;
  setPrivateDataValidationParameter = unsupported;
  getPrivateDataValidationParameter = unsupported;
  getPrivateDataByRange = unsupported;
  getPrivateDataByPartialCompositeKey = unsupported;
  getPrivateDataQueryResult = unsupported;
}
