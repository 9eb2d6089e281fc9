// The lifecycle table once more, in other words than the product's, for tests and vectors.

const HELD = 0x01;
const SEALED = 0x02;
const LENT = 0x04;
const DESTROYED = 0x08;
const HELD_BY = 0x10;
export const PATIENT = 1;
export const RECORD = 2;
export const LOG_KIND = 3;

export type Condition = { readonly kind: 1 | 2 | 3; readonly flags: number } | undefined;
export type Law = (before: Condition, ownLog: boolean) => Condition | 'refused';

/** A law for records: allowed unless one of `not` is set, and only if all of `only` are. */
const record =
  (not: number, only = 0, change = (flags: number) => flags): Law =>
  (before, ownLog) => {
    if (ownLog || before?.kind !== RECORD) return 'refused';
    if ((before.flags & not) !== 0 || (before.flags & only) !== only) return 'refused';
    return { kind: RECORD, flags: change(before.flags) };
  };
const patient: Law = (before, ownLog) => (!ownLog && before?.kind === PATIENT ? before : 'refused');
const newRecord: Law = (before, ownLog) =>
  !ownLog && before === undefined ? { kind: RECORD, flags: 0 } : 'refused';
const ofLog: Law = (before, ownLog) =>
  ownLog && (before === undefined || before.kind === LOG_KIND)
    ? (before ?? { kind: LOG_KIND, flags: 0 })
    : 'refused';
export const never: Law = () => 'refused';

/** The lifecycle table of the design, written again in other words; every other code is refused. */
export const LAWS: Readonly<Record<number, Law>> = {
  1: (before, ownLog) =>
    !ownLog && before === undefined ? { kind: PATIENT, flags: 0 } : patient(before, ownLog),
  2: patient,
  3: patient,
  4: patient,
  5: patient,
  6: (before, ownLog) => (before?.kind === RECORD && !ownLog ? before : patient(before, ownLog)),
  8: ofLog,
  9: ofLog,
  16: newRecord,
  17: record(SEALED | DESTROYED),
  18: record(SEALED | DESTROYED),
  19: record(DESTROYED),
  20: newRecord,
  32: record(DESTROYED | HELD, 0, (flags) => flags + HELD),
  33: record(DESTROYED, HELD, (flags) => flags - HELD),
  34: record(DESTROYED | SEALED, 0, (flags) => flags + SEALED),
  35: record(DESTROYED, SEALED, (flags) => flags - SEALED),
  36: record(DESTROYED | LENT, 0, (flags) => flags + LENT),
  37: record(DESTROYED, LENT, (flags) => flags - LENT),
  38: never,
  39: never,
  47: record(HELD | HELD_BY | SEALED | LENT | DESTROYED, 0, (flags) => flags + DESTROYED),
};

/** Absent; a patient; the log; a record with every combination of flags. */
export const CONDITIONS: readonly Condition[] = [
  undefined,
  { kind: PATIENT, flags: 0 },
  { kind: LOG_KIND, flags: 0 },
  ...Array.from({ length: 32 }, (_, flags): Condition => ({ kind: RECORD, flags })),
];
