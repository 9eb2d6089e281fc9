// The law of a chain: which act may follow in which state. Every endorser and every verifier
// applies this one table (ISO 21089 names the acts).
import { ChartsealError } from './errors.js';

export const KIND_PATIENT = 1;
export const KIND_RECORD = 2;
export const KIND_LOG = 3;
export type Kind = typeof KIND_PATIENT | typeof KIND_RECORD | typeof KIND_LOG;

export const FLAG_HELD = 0x0001;
export const FLAG_SEALED = 0x0002;
export const FLAG_LENT = 0x0004;
export const FLAG_DESTROYED = 0x0008;
export const FLAG_HELD_BY_OTHER = 0x0010;
/** All flags that this version knows. */
export const KNOWN_FLAGS = 0x001f;

/** Codes of the acts, as they stand in a leaf. 0x00 is the closing leaf's and no act. */
export const ACTS = {
  access: 0x01,
  inquiry: 0x02,
  answer: 0x03,
  link: 0x04,
  unlink: 0x05,
  erase: 0x06,
  fixity: 0x08,
  admin: 0x09,
  archive: 0x10,
  amend: 0x11,
  transform: 0x12,
  transmit: 0x13,
  receive: 0x14,
  hold: 0x20,
  unhold: 0x21,
  seal: 0x22,
  unseal: 0x23,
  lend: 0x24,
  return: 0x25,
  'hold-by': 0x26,
  'release-by': 0x27,
  destroy: 0x2f,
} as const;

export type ActName = keyof typeof ACTS;

const NAMES = new Map<number, ActName>(
  Object.entries(ACTS).map(([name, code]) => [code, name as ActName]),
);

/** Name of a code, undefined for codes that this version does not know. */
export function actName(code: number): ActName | undefined {
  return NAMES.get(code);
}

/** Kind and flags of a subject before or after an act; undefined is a subject not yet there. */
export interface SubjectCondition {
  readonly kind: Kind;
  readonly flags: number;
}

interface Rule {
  /** Kinds on which the act is allowed. */
  readonly on: readonly Kind[];
  /** Kind that an absent subject becomes; without it, the subject must be there. */
  readonly creates?: Kind;
  /** Allowed on an absent subject only. */
  readonly first?: true;
  readonly needs?: number;
  readonly forbids?: number;
  readonly sets?: number;
  readonly clears?: number;
  readonly reserved?: true;
}

const RECORD = [KIND_RECORD] as const;
const PATIENT = [KIND_PATIENT] as const;
const onPatient: Rule = { on: PATIENT };
const onLog: Rule = { on: [KIND_LOG], creates: KIND_LOG };
const firstOfRecord: Rule = { on: [], creates: KIND_RECORD, first: true };
const newContent: Rule = { on: RECORD, forbids: FLAG_SEALED | FLAG_DESTROYED };
const raise = (flag: number): Rule => ({ on: RECORD, forbids: FLAG_DESTROYED | flag, sets: flag });
const lower = (flag: number): Rule => ({
  on: RECORD,
  needs: flag,
  forbids: FLAG_DESTROYED,
  clears: flag,
});
const reserved: Rule = { on: [], reserved: true };

const LAW: Readonly<Record<ActName, Rule>> = {
  access: { on: PATIENT, creates: KIND_PATIENT },
  inquiry: onPatient,
  answer: onPatient,
  link: onPatient,
  unlink: onPatient,
  erase: { on: [KIND_PATIENT, KIND_RECORD] },
  fixity: onLog,
  admin: onLog,
  archive: firstOfRecord,
  amend: newContent,
  transform: newContent,
  transmit: { on: RECORD, forbids: FLAG_DESTROYED },
  receive: firstOfRecord,
  hold: raise(FLAG_HELD),
  unhold: lower(FLAG_HELD),
  seal: raise(FLAG_SEALED),
  unseal: lower(FLAG_SEALED),
  lend: raise(FLAG_LENT),
  return: lower(FLAG_LENT),
  'hold-by': reserved,
  'release-by': reserved,
  destroy: {
    on: RECORD,
    forbids: FLAG_HELD | FLAG_HELD_BY_OTHER | FLAG_SEALED | FLAG_LENT | FLAG_DESTROYED,
    sets: FLAG_DESTROYED,
  },
};

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [FLAG_HELD, 'held'],
  [FLAG_SEALED, 'sealed'],
  [FLAG_LENT, 'lent'],
  [FLAG_DESTROYED, 'destroyed'],
  [FLAG_HELD_BY_OTHER, 'held by another organisation'],
];

/** Names of the flags that are set, in the order of their bits. */
export function flagNames(flags: number): string[] {
  return FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
}

const KIND_NAMES = { [KIND_PATIENT]: 'patient', [KIND_RECORD]: 'record', [KIND_LOG]: 'log' };

export function kindName(kind: Kind): string {
  return KIND_NAMES[kind];
}

function refuse(act: ActName, reason: string): never {
  throw new ChartsealError('ACT_REFUSED', `${act}: ${reason}`);
}

/**
 * Condition of a subject after an act; throws ACT_REFUSED naming the rule.
 * @param isLogLabel whether the leaf's subject is the label of the log itself
 */
export function applyAct(
  before: SubjectCondition | undefined,
  code: number,
  isLogLabel: boolean,
): SubjectCondition {
  const act = actName(code);
  if (act === undefined) {
    throw new ChartsealError('ACT_REFUSED', `act ${code} is not known to this version`);
  }
  const rule = LAW[act];
  if (rule.reserved) refuse(act, 'is reserved');
  const forLog = rule.creates === KIND_LOG;
  if (forLog && !isLogLabel) refuse(act, "is allowed on the log's own label only");
  if (!forLog && isLogLabel) refuse(act, "is not allowed on the log's own label");
  if (before === undefined) {
    if (rule.creates === undefined) refuse(act, 'the subject is not there yet');
    return { kind: rule.creates, flags: 0 };
  }
  if (rule.first) refuse(act, 'the subject is already there');
  if (!rule.on.includes(before.kind)) refuse(act, `not allowed on a ${kindName(before.kind)}`);
  const blocking = before.flags & (rule.forbids ?? 0);
  if (blocking !== 0) refuse(act, `the record is ${flagNames(blocking).join(' and ')}`);
  const missing = (rule.needs ?? 0) & ~before.flags;
  if (missing !== 0) refuse(act, `the record is not ${flagNames(missing).join(' and ')}`);
  return {
    kind: before.kind,
    flags: (before.flags | (rule.sets ?? 0)) & ~(rule.clears ?? 0),
  };
}
