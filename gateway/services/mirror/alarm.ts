// What speaks against a log or against the blocks, with the place where it was found.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';

export interface AlarmPlace {
  readonly origin?: string;
  /** Hex. */
  readonly logId?: string;
  /** Number of the block. */
  readonly block?: number;
  /** Index of the transaction in its block. */
  readonly transaction?: number;
  readonly txId?: string;
  readonly appendNumber?: number;
  /** Index of a leaf in the tree. */
  readonly index?: number;
  /** Signed: two that cannot both be of one log, the one seen before first; or what is not kept. */
  readonly checkpoints?: readonly string[];
}

export type AlarmCode =
  | (ErrorCode & `${'BLOCKS' | 'LOG'}_BROKEN`)
  | (ErrorCode & `LOG_${'FORKED' | 'SHRUNK'}`)
  | 'LEAF_DIFFERS'
  | 'LEAVES_WITHHELD';

/** Thrown, so that nothing after it is believed. */
export class Alarm extends ChartsealError {
  declare readonly code: AlarmCode;
  readonly place: AlarmPlace;

  constructor(code: AlarmCode, sentence: string, place: AlarmPlace, cause?: unknown) {
    super(code, sentence, { cause });
    this.place = place;
  }
}
