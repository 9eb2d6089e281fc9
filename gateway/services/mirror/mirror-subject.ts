// What a mirror is of: the folder of one is not taken for that of another.
import { ChartsealError } from '../../../chaincode/core/errors.js';

export const FORMAT = 'chartseal-mirror/1';

/** What a mirror follows: every log of a channel, or the one log of a key. */
export type MirrorSubject = { readonly channel: string } | { readonly log: string };

export function checkSubject(
  row: { readonly format: string; readonly channel?: string; readonly log?: string },
  subject: MirrorSubject,
): void {
  if (row.format !== FORMAT) {
    throw new ChartsealError('NEWER_VERSION', 'the mirror was made by another version');
  }
  const [channel, log] = 'log' in subject ? [undefined, subject.log] : [subject.channel, undefined];
  if (row.channel === channel && row.log === log) return;
  const has = row.log === undefined ? `of the channel ${row.channel}` : `of the log ${row.log}`;
  throw new ChartsealError(
    'DATA_EXISTS',
    `the folder holds a mirror ${has}, not of ${log ?? channel}`,
  );
}
