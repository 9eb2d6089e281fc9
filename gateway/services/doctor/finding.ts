// What the doctor says: one finding for each thing looked at, in words for somebody who is woken
// at night. No check may stop another, so errors become findings here.
import { ChartsealError, type ErrorCode } from '../../../chaincode/core/errors.js';
import { isSystemError, systemErrorText } from '../file-error.js';

export type FindingStatus = 'ok' | 'warning' | 'fault' | 'not checked';

export interface Finding {
  /** What was looked at. */
  readonly check: string;
  readonly status: FindingStatus;
  readonly sentence: string;
  /** What to type or do. */
  readonly next?: string;
}

export const ok = (check: string, sentence: string): Finding => ({ check, status: 'ok', sentence });

export const warning = (check: string, sentence: string, next: string): Finding => ({
  check,
  status: 'warning',
  sentence,
  next,
});

export const fault = (check: string, sentence: string, next: string): Finding => ({
  check,
  status: 'fault',
  sentence,
  next,
});

export const notChecked = (check: string, sentence: string, next?: string): Finding => ({
  check,
  status: 'not checked',
  sentence,
  ...(next === undefined ? {} : { next }),
});

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w/.:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

interface Advice {
  /** What it means for the evidence. */
  readonly meaning: string;
  /** @param data DATA as a shell takes it */
  next(data: string): string;
}

const KEEP = 'stop what writes to it and copy the whole folder away as evidence; then';

type AdviceTable = Partial<Readonly<Record<ErrorCode, Advice>>>;

const ADVICE: AdviceTable = {
  STORE_CORRUPT: {
    meaning:
      'What it damaged cannot be proven from this store; receipts already handed out stay good.',
    next: (data) =>
      `${KEEP}: chartseal rebuild --data ${data}, or put back the newest ${data}/store`,
  },
  STORE_BEHIND: {
    meaning:
      'Entries that the ledger has are missing here: an older store was put back, or it was lost.',
    next: (data) =>
      `${KEEP}: put back the newest copy of ${data}/store, or import the newest export`,
  },
  STORE_FAILED: {
    meaning: 'Nothing can be read or anchored until this is mended; nothing is known to be lost.',
    next: (data) => `look at the rights and the disk below ${data}/store, then run this again`,
  },
  LEDGER_CORRUPT: {
    meaning: 'Nothing can be anchored; receipts already handed out stay good.',
    next: (data) => `${KEEP}: put back the newest ${data}/ledger together with ${data}/checkpoint`,
  },
  LEDGER_BEHIND: {
    meaning:
      'An older ledger was put back, or it was lost. To go on writing would make a second history.',
    next: (data) => `${KEEP}: put back the newest ${data}/ledger together with ${data}/checkpoint`,
  },
  LEDGER_FAILED: {
    meaning: 'Nothing can be anchored until this is mended; nothing is known to be lost.',
    next: (data) =>
      `look at the rights and the disk of ${data}/checkpoint and below ${data}/ledger, then run this again`,
  },
  LOG_FORKED: {
    meaning: 'There are two histories of one log: somebody or something changed one of them.',
    next: (data) =>
      `${KEEP}: compare with checkpoints that others saved (chartseal log consistency FILE --data ${data})`,
  },
  FEED_CORRUPT: {
    meaning: 'What came from sources is not counted, and refused events cannot be kept aside.',
    next: (data) =>
      `move ${data}/feed away and keep it: counts begin anew; have sources send again what was refused`,
  },
  FEED_FAILED: {
    meaning: 'What came from sources is not counted, and refused events cannot be kept aside.',
    next: (data) => `look at the rights and the disk below ${data}/feed, then run this again`,
  },
  LOG_UNKNOWN: {
    meaning: 'The ledger in this folder is that of another log.',
    next: (data) => `${KEEP}: put back the ${data}/ledger that belongs to ${data}/config.json`,
  },
};

/** The same codes where the ledger is a channel of several organisations. */
const CHANNEL_ADVICE: AdviceTable = {
  ...ADVICE,
  LEDGER_CORRUPT: {
    meaning: 'What our peer says of the channel cannot be; nothing is anchored by it.',
    next: (data) =>
      `compare with another organisation's peer: chartseal log rebuild; keep ${data} as evidence`,
  },
  LEDGER_BEHIND: {
    meaning:
      'Our peer lags, was put back from an old backup, or the network was made anew. Nothing is written meanwhile; a peer that only lags catches up by itself.',
    next: () =>
      "compare the heights: chartseal network status; ask another organisation; then bring our peer's blocks up to theirs",
  },
  STORE_BEHIND: {
    meaning:
      'Somebody with a certificate of ours wrote to the log from elsewhere, or an older store was put back.',
    next: (data) =>
      `${KEEP}: put back the newest copy of ${data}/store; find who wrote: chartseal identity show, and revoke the certificate that is not yours`,
  },
  LOG_UNKNOWN: {
    meaning:
      'Nothing can be anchored; receipts already handed out stay good by the trust file of their time.',
    next: (data) =>
      `compare the profile that ${data}/config.json names with the network that the log was made on; a new network needs a new log: chartseal init`,
  },
  LEDGER_FAILED: {
    meaning: 'Nothing can be anchored until this is mended; nothing is known to be lost.',
    next: () => 'look at the logs of our peer and of the contract process, then run this again',
  },
};

/** What to say of a code, by the kind of ledger. */
export type LedgerKind = 'embedded' | 'fabric';
const TABLES: Readonly<Record<LedgerKind, AdviceTable>> = {
  embedded: ADVICE,
  fabric: CHANNEL_ADVICE,
};

/** These say that somebody else is at work, or that this program may not judge. */
const NO_JUDGEMENT: ReadonlySet<ErrorCode> = new Set([
  'STORE_LOCKED',
  'LEDGER_LOCKED',
  'LEDGER_UNAVAILABLE',
  'CLOCK_SKEW',
  'NEWER_VERSION',
]);

/** A ledger that does not know the log at all is not one of whose words some cannot be. */
const isOfAnother = ({ code, cause }: ChartsealError) =>
  code === 'LEDGER_CORRUPT' && cause instanceof ChartsealError && cause.code === 'LOG_UNKNOWN';

const sentenceOf = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** @param folder DATA */
export function findingOf(
  check: string,
  error: unknown,
  folder: string,
  kind: LedgerKind = 'embedded',
): Finding {
  if (error instanceof ChartsealError) {
    const { code, message, hint } = error;
    if (NO_JUDGEMENT.has(code)) return notChecked(check, sentenceOf(message), hint);
    const advice = TABLES[kind][isOfAnother(error) ? 'LOG_UNKNOWN' : code];
    if (advice === undefined) return fault(check, `${sentenceOf(message)} (${code})`, hint);
    const sentence = `${sentenceOf(message)} ${advice.meaning} (${code})`;
    return fault(check, sentence, advice.next(quoted(folder)));
  }
  const why = isSystemError(error) ? systemErrorText(error) : String(error);
  return notChecked(check, `It could not be looked at: ${why}.`, 'mend that, then run this again');
}

/** What to do where the write side of a gateway stopped: what is mended does not start it. */
export function untilStarted(next: string): string {
  const mend = next.replace(/(, then run this again|, then start the gateway again\.|\.)$/, '');
  return `${mend}; then start the gateway again`;
}

/** What `act` finds; an error that it throws is a finding too. */
export async function guarded(
  check: string,
  folder: string,
  act: () => Promise<readonly Finding[]> | readonly Finding[],
  kind: LedgerKind = 'embedded',
): Promise<readonly Finding[]> {
  try {
    return await act();
  } catch (error) {
    return [findingOf(check, error, folder, kind)];
  }
}
