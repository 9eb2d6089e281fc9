// What log mirror says of a mirror, whether it follows a channel or one log over HTTP.
import type { ChartsealError } from '../chaincode/core/errors.js';
import { formatTime } from '../chaincode/core/time.js';
import type { LeafProgress } from '../gateway/services/mirror/mirrored-leaves.js';
import type { CommandContext } from './context.js';
import { clean } from './render.js';

/** The member `leaves` of the row of a log. */
export function leavesRow({ size, appends, missing, first }: LeafProgress, given: boolean) {
  return {
    given,
    size,
    appends,
    missing,
    ...(first === undefined ? {} : { first: first.index, since: formatTime(first.endorsedAt) }),
  };
}

export const leavesLine = ({ size, appends }: Pick<LeafProgress, 'size' | 'appends'>): string =>
  size === 0
    ? '  leaves  none verified'
    : `  leaves  to size ${size}, ${appends} appends: every map root recomputed`;

/** Said once: what is shown now is believed without anything older. */
export function tellBegin(folder: string, context: CommandContext): void {
  context.tell(`a new mirror begins in ${clean(folder)}: nothing older is known to compare with`);
}

/** Of what is followed: it is waited for, and who sees nothing new knows why. */
export function tellTrouble({ code, message }: ChartsealError, context: CommandContext): void {
  context.tell(`waiting: ${code} ${clean(message)}`);
}
