// chartseal clock confirm: entries are accepted again by a clock that was taken for one ahead.
import { formatTime } from '../../chaincode/core/time.js';
import { confirmClock } from '../../gateway/services/clock-confirmed.js';
import type { CommandContext } from '../context.js';
import type { DataOptions } from '../hospital.js';

export async function clockConfirm(
  date: string,
  { data }: DataOptions,
  context: CommandContext,
): Promise<number> {
  const now = Date.now();
  await confirmClock(data, date, now);
  const confirmedAt = formatTime(now);
  context.data(context.json ? JSON.stringify({ confirmedAt }) : `confirmed: it is ${confirmedAt}`);
  return 0;
}
