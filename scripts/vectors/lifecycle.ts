// Vectors of the law of chains (SPEC section 7): every act in every state.
import {
  CONDITIONS,
  type Condition,
  LAWS,
  LOG_KIND,
  never,
  RECORD,
} from '../../test/core/reference-lifecycle.js';
import { type Family, hex, type VectorCase } from './family.js';

interface ActCase extends VectorCase {
  /** Two hexadecimal digits. */
  readonly act: string;
  /** Whether the leaf's subject is the label of the log itself. */
  readonly ownLabel: boolean;
  /** null when the subject is absent. */
  readonly before: NonNullable<Condition> | null;
  readonly after?: Condition;
}

const KINDS = ['', 'patient', 'record', 'log'];

const digits = (number: number, count: number) => number.toString(16).padStart(count, '0');

function nameOf(before: Condition): string {
  if (before === undefined) return 'absent';
  const flags = before.kind === RECORD ? `-${digits(before.flags, 4)}` : '';
  return `${KINDS[before.kind]}${flags}`;
}

function actCase(act: number, before: Condition, ownLabel: boolean): ActCase {
  const outcome = (LAWS[act] ?? never)(before, ownLabel);
  const code = hex(Uint8Array.of(act));
  const label = ownLabel ? '-own-label' : '';
  const head = {
    name: `lifecycle/${code}-on-${nameOf(before)}${label}`,
    act: code,
    ownLabel,
    before: before ?? null,
  };
  if (outcome === 'refused') return { ...head, expect: { code: 'ACT_REFUSED' } };
  return { ...head, after: outcome, expect: 'ok' };
}

/** Codes that no table lists; one condition tells all of them. */
const UNKNOWN = [0x07, 0x0a, 0x15, 0x28, 0x30, 0x7f, 0x80, 0xff];

export function lifecycleFamily(): Family<ActCase> {
  const acts = Object.keys(LAWS).map(Number);
  const onOwn = CONDITIONS.filter((before) => before === undefined || before.kind === LOG_KIND);
  return {
    family: 'lifecycle',
    about: 'Every act on a subject in every state (SPEC section 7)',
    cases: [
      ...acts.flatMap((act) => CONDITIONS.map((before) => actCase(act, before, false))),
      ...acts.flatMap((act) => onOwn.map((before) => actCase(act, before, true))),
      ...UNKNOWN.flatMap((act) => [
        ...CONDITIONS.slice(0, 4).map((before) => actCase(act, before, false)),
        ...onOwn.map((before) => actCase(act, before, true)),
      ]),
    ],
  };
}
