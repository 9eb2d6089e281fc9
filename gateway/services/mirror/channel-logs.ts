// Every log of a channel rebuilt from what was asked and written, transaction by transaction. The
// first thing that does not fit is an alarm that names its place.
import { concat } from '../../../chaincode/core/bytes.js';
import { appendHashes, EMPTY_FRONTIER } from '../../../chaincode/core/compact-range.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { sha256 } from '../../../chaincode/core/hash.js';
import { type JsonObject, parseJsonBytes } from '../../../chaincode/core/json.js';
import { leafHash } from '../../../chaincode/core/leaf.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import { formatTime, parseTime } from '../../../chaincode/core/time.js';
import {
  type LoggedAppend,
  type LogTransaction,
  parseLogTransaction,
} from '../../ledger/log-transactions.js';
import { Alarm, type AlarmPlace } from './alarm.js';
import type { ChannelBlock, ChannelTransaction } from './channel-block.js';
import { appendRows, findDifference, logRowKey, registrationRows } from './contract-rows.js';
import { checkClosingLeaf, type FollowedAppend, type FollowedLog } from './followed-log.js';

/** A log as its blocks lead to it. */
export interface RebuiltLog extends FollowedLog {
  readonly registration: Registration;
}

/** One append of a block. */
export interface RebuiltAppend extends FollowedAppend {
  readonly log: RebuiltLog;
  readonly block: number;
  readonly transaction: number;
}

type Register = Extract<LogTransaction, { kind: 'registerLog' }>;

const APPEND_EVENT = 'append';
const OTHER_TIME = 'it states another time than its transaction';

/** What an alarm about a transaction needs. */
class Placed {
  readonly #place: AlarmPlace;
  readonly #where: string;

  constructor({ number }: ChannelBlock, { index, txId }: ChannelTransaction) {
    this.#place = { block: number, transaction: index, txId };
    this.#where = `block ${number}, transaction ${index}`;
  }

  fail(reason: string, more: AlarmPlace = {}, cause?: unknown): never {
    const log = more.origin === undefined ? '' : `, log ${more.origin}`;
    const append = more.appendNumber === undefined ? '' : `, append ${more.appendNumber}`;
    const sentence = `${this.#where}${log}${append}: ${reason}`;
    throw new Alarm('LOG_BROKEN', sentence, { ...this.#place, ...more }, cause);
  }
}

export class ChannelLogs {
  readonly #contract: string;
  #logs = new Map<string, RebuiltLog>();

  /** @param logs as they were after the blocks that were read before */
  constructor(contract: string, logs: Iterable<RebuiltLog> = []) {
    this.#contract = contract;
    for (const log of logs) this.#logs.set(log.logId, log);
  }

  /** By ascending log id. */
  get logs(): readonly RebuiltLog[] {
    return [...this.#logs.values()].sort((a, b) => (a.logId < b.logId ? -1 : 1));
  }

  find(logId: string): RebuiltLog | undefined {
    return this.#logs.get(logId);
  }

  /**
   * Appends of the block, in order. Throws an alarm at the first thing that does not fit, and then
   * nothing of the block was applied.
   */
  apply(block: ChannelBlock): RebuiltAppend[] {
    const before = new Map(this.#logs);
    try {
      return this.#applyAll(block);
    } catch (error) {
      this.#logs = before;
      throw error;
    }
  }

  #applyAll(block: ChannelBlock): RebuiltAppend[] {
    const appends: RebuiltAppend[] = [];
    for (const transaction of block.transactions) {
      const placed = new Placed(block, transaction);
      const asked = this.#parse(transaction, placed);
      if (asked.kind === 'registerLog') this.#register(asked, transaction, placed);
      else appends.push(this.#append(asked, block, transaction, placed));
    }
    return appends;
  }

  #parse(transaction: ChannelTransaction, placed: Placed): LogTransaction {
    if (transaction.contract !== this.#contract) {
      return placed.fail('another contract wrote what only this one may write');
    }
    try {
      return parseLogTransaction(transaction);
    } catch (cause) {
      if (!(cause instanceof ChartsealError)) throw cause;
      return placed.fail(`what was asked is not understood (${cause.message})`, {}, cause);
    }
  }

  #register({ logId, registration }: Register, transaction: ChannelTransaction, placed: Placed) {
    const { origin, mspId, noteKey, vrfKey } = registration;
    const place = { origin, logId };
    for (const other of this.#logs.values()) {
      const theirs = other.registration;
      if (theirs.origin === origin) placed.fail('the origin is registered already', place);
      const keys = [theirs.noteKey, theirs.vrfKey];
      if (keys.includes(noteKey) || keys.includes(vrfKey)) {
        placed.fail('a key is registered already', place);
      }
    }
    const mine = this.logs.filter((log) => log.registration.mspId === mspId);
    const owned = [...mine.map((log) => log.logId), logId].sort();
    const at = registeredAt(transaction, logId);
    if (at === undefined) return placed.fail('its registration states no time', place);
    if (at !== transaction.at) placed.fail(OTHER_TIME, place);
    const rows = registrationRows(logId, registration, formatTime(at), owned);
    const difference = findDifference(transaction.writes, rows);
    if (difference !== undefined) placed.fail(difference, place);
    this.#logs.set(logId, {
      logId,
      registration,
      frontier: EMPTY_FRONTIER,
      appends: 0,
      closingLeaf: undefined,
      endorsedAt: at,
    });
  }

  #append(
    { logId, expectedSize, hashes }: LoggedAppend,
    block: ChannelBlock,
    transaction: ChannelTransaction,
    placed: Placed,
  ): RebuiltAppend {
    const before = this.#logs.get(logId);
    if (before === undefined) return placed.fail('an append to a log that is not registered');
    const { registration, frontier, appends } = before;
    const place = { origin: registration.origin, logId, appendNumber: appends };
    const fail = (reason: string) => placed.fail(reason, place);
    if (transaction.creator.mspId !== registration.mspId) {
      fail(`${transaction.creator.mspId} appended, the log belongs to ${registration.mspId}`);
    }
    const isWhole = hashes.every(({ length }) => length === HASH_BYTES);
    if (hashes.length === 0 || !isWhole) fail('its leaf hashes are no hashes');
    if (expectedSize !== frontier.size) {
      fail(`it was built for size ${expectedSize}, the log has ${frontier.size} leaves`);
    }
    if (transaction.event?.name !== APPEND_EVENT) fail('it announces no closing leaf');
    const closingLeaf = (transaction.event as { payload: Uint8Array }).payload;
    const closing = checkClosingLeaf(closingLeaf, before, fail);
    if (closing.endorsedAt !== transaction.at) fail(OTHER_TIME);
    const after: RebuiltLog = {
      ...before,
      frontier: appendHashes(frontier, [...hashes, leafHash(closingLeaf)]),
      appends: appends + 1,
      closingLeaf,
      endorsedAt: closing.endorsedAt,
    };
    const rows = appendRows({
      ...after,
      ...closing,
      closingLeaf,
      leaves: hashes.length,
      expectedSize,
      leafHashesDigest: sha256(concat(...hashes)),
    });
    const difference = findDifference(transaction.writes, rows);
    if (difference !== undefined) fail(difference);
    this.#logs.set(logId, after);
    return {
      log: after,
      appendNumber: appends,
      firstIndex: frontier.size,
      hashes,
      closingLeaf,
      endorsedAt: closing.endorsedAt,
      block: block.number,
      transaction: transaction.index,
    };
  }
}

/** Time of a registration as its row states it; undefined when there is none. */
function registeredAt({ writes }: ChannelTransaction, logId: string): number | undefined {
  const value = writes.find(({ key }) => key === logRowKey(logId))?.value;
  if (value === undefined) return undefined;
  try {
    const row = parseJsonBytes(value, 'a row of state') as JsonObject | null;
    return parseTime(row?.['registeredAt'], 'registeredAt');
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    return undefined;
  }
}
