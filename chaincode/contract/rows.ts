// The rows of the contract's state: few, small, without personal data. An append writes two of
// them, whatever the number of its leaves. Hashes are hex, leaves base64, times as in formats.
import type { Registration } from '../core/registration.js';

export interface LogRow {
  readonly registeredAt: string;
  readonly registration: Registration;
}

export interface CheckpointRow {
  readonly size: number;
  readonly root: string;
  readonly endorsedAt: string;
  /** null at size 0. */
  readonly closingLeaf: string | null;
  /** Appends of this log before the one that led here; undefined at size 0. */
  readonly appendNumber?: number;
  /** Leaves submitted in that append, its closing leaf not counted. */
  readonly leaves: number;
}

export interface HeadRow {
  readonly size: number;
  readonly root: string;
  /** Right edge of the tree: roots of its complete subtrees, the largest first. */
  readonly frontier: readonly string[];
  readonly mapRoot: string;
  readonly closingLeaf: string | null;
  /** Time of the last append; of the registration before the first. */
  readonly endorsedAt: string;
  /** Number of appends. */
  readonly appends: number;
  /** What the last append was asked to do, so that its exact replay is recognised. */
  readonly last?: { readonly expectedSize: number; readonly leafHashesDigest: string };
}

export interface OwnerRow {
  /** Log ids, ascending. */
  readonly logs: readonly string[];
}

export interface ReferenceRow {
  readonly logId: string;
}
