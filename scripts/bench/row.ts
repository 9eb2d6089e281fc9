// What a row of the benchmark is: what was measured, against which baseline of the same run, and
// which budget it has.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { Workshop } from './workshop.js';

export interface Budget {
  readonly limit: number;
  readonly is: 'at least' | 'at most';
  /** What is held against the limit: the measured value, or its ratio to the baseline. */
  readonly of: 'value' | 'ratio';
  /** Goals beyond the first one, for people. */
  readonly later?: string;
}

/** One value for each round. */
export type Values = readonly number[];

export interface Measured {
  readonly row: string;
  readonly what: string;
  readonly unit: string;
  readonly values: Values;
  /** What else did the same work in the same rounds, measured in the same unit. */
  readonly baseline?: { readonly what: string; readonly values: Values };
  /** A line without a budget of its own tells more about the one above it. */
  readonly budget?: Budget;
  readonly note?: string;
}

export interface NotMeasured {
  readonly row: string;
  readonly what: string;
  /** Why. */
  readonly notMeasured: string;
  readonly budget?: Budget;
}

export type Line = Measured | NotMeasured;

/** One row by its name, which may take several lines to tell. */
export type Row = (workshop: Workshop) => Promise<readonly Line[]>;

/** The one in the middle; the mean of the two in the middle. */
export function median(values: Values): number {
  if (values.length === 0) throw new ChartsealError('BAD_INPUT', 'no values, so no median');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/**
 * Median of the ratios of each round: what slows the machine in one round slows both sides of it.
 * Undefined without a baseline.
 */
export function ratioOf({ values, baseline }: Measured): number | undefined {
  if (baseline === undefined) return undefined;
  return median(values.map((value, round) => value / (baseline.values[round] as number)));
}

/** Whether the median keeps the budget; undefined where there is nothing to hold against it. */
export function isMet(line: Line): boolean | undefined {
  if (line.budget === undefined || 'notMeasured' in line) return undefined;
  const { limit, is, of } = line.budget;
  const measured = of === 'value' ? median(line.values) : ratioOf(line);
  if (measured === undefined) return undefined;
  return is === 'at least' ? measured >= limit : measured <= limit;
}
