// The named checks of an audit, each with an answer of its own: OK, FAILED with what was found, or
// NOT CHECKED with the reason. Findings are counted in full and kept in part.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';

export type CheckStatus = 'OK' | 'FAILED' | 'NOT CHECKED';

/** What a fault calls for. */
export type Mend =
  | 'rebuild'
  | 'rebuild or restore'
  | 'restore store'
  | 'restore ledger'
  | 'evidence'
  | 'keys';

export interface AuditFinding {
  readonly code: ErrorCode;
  readonly sentence: string;
  /** What to do about it. */
  readonly next: string;
}

export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  readonly sentence: string;
  /** How many faults there are; the first of them stand in `findings`. */
  readonly faults: number;
  readonly findings: readonly AuditFinding[];
}

const KEPT_FINDINGS = 20;

const NEXT: Readonly<Record<Mend, string>> = {
  rebuild: 'run chartseal rebuild: these rows follow from the entries and the ledger',
  'rebuild or restore': 'run chartseal rebuild; when it refuses, restore the store from a backup',
  'restore store': 'stop writing and restore the store from its newest backup or export',
  'restore ledger':
    'stop writing and restore the ledger from its newest backup or export; of a channel: compare with the peer of another organisation, and have ours get its blocks anew',
  evidence: 'stop writing, keep store and ledger as evidence, then restore both',
  keys: 'restore the keys of this log: chartseal keys restore',
};

/** Codes by which a part of the log says that it is damaged, not that it cannot be had now. */
const DAMAGE: ReadonlySet<ErrorCode> = new Set([
  'STORE_CORRUPT',
  'STORE_BEHIND',
  'LEDGER_CORRUPT',
  'LEDGER_BEHIND',
  'LOG_FORKED',
  'KEY_UNREADABLE',
]);

export const isDamage = ({ code }: ChartsealError) => DAMAGE.has(code);

/** Codes that say nothing about what lies there, only that it cannot be had now. */
const UNAVAILABLE: ReadonlySet<ErrorCode> = new Set([
  'STORE_FAILED',
  'STORE_LOCKED',
  'LEDGER_FAILED',
  'LEDGER_LOCKED',
  'LEDGER_UNAVAILABLE',
]);

/** Whether an error tells of what lies there; a disk that fails now ends the audit instead. */
export function isFinding(error: unknown): error is ChartsealError {
  return error instanceof ChartsealError && !UNAVAILABLE.has(error.code);
}

/** Throws STORE_CORRUPT. */
export function mustBe(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ChartsealError('STORE_CORRUPT', what);
}

/** What `read` gives; undefined where rows are damaged, of which the checks of the log tell. */
export function usable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFinding(error)) return undefined;
    throw error;
  }
}

export class Check {
  readonly name: string;
  readonly #findings: AuditFinding[] = [];
  #faults = 0;
  #notChecked: string | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get hasFailed(): boolean {
    return this.#faults > 0;
  }

  fail(code: ErrorCode, sentence: string, mend: Mend): void {
    this.#faults++;
    if (this.#findings.length === KEPT_FINDINGS) return;
    this.#findings.push({ code, sentence, next: NEXT[mend] });
  }

  /** Some of it could not be checked; a fault that was found weighs more. */
  leaveOpen(reason: string): void {
    this.#notChecked ??= reason;
  }

  /** @param sentence what was found to hold, when nothing else is to be said */
  result(sentence: string): CheckResult {
    const faults = this.#faults;
    const findings = this.#findings;
    const [first] = findings;
    if (first !== undefined) {
      const more = faults === 1 ? '' : `, and ${faults - 1} more`;
      return {
        check: this.name,
        status: 'FAILED',
        sentence: `${first.sentence}${more}`,
        faults,
        findings,
      };
    }
    const status = this.#notChecked === undefined ? 'OK' : 'NOT CHECKED';
    return { check: this.name, status, sentence: this.#notChecked ?? sentence, faults, findings };
  }
}

/** Says so when somebody does not want to wait any longer. */
export interface Stop {
  readonly aborted: boolean;
}

export const STOPPED = 'the run was ended before';

/** Where the ledger is behind, its rows are not to be followed: nothing is rebuilt from them. */
export function heedBehind(results: readonly CheckResult[]): CheckResult[] {
  const all = results.flatMap(({ findings }) => findings);
  if (!all.some(({ code }) => code === 'LEDGER_BEHIND')) return [...results];
  const heeded = (found: AuditFinding) =>
    found.next === NEXT.rebuild ? { ...found, next: NEXT['restore ledger'] } : found;
  return results.map((result) => ({ ...result, findings: result.findings.map(heeded) }));
}
