// What a command takes away when it ends. What cannot be taken away is told, and stands in the way
// of nothing: neither of what the command found nor of the error that ends it.
import { ChartsealError } from '../chaincode/core/errors.js';
import type { CommandContext } from './context.js';
import { clean } from './render.js';

/** Rejects only for what has no code. */
export async function cleanUp(act: () => Promise<void>, context: CommandContext): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ChartsealError)) throw error;
    tellLeft(error, context);
  }
}

/** One line for what was left behind. */
export function tellLeft({ code, message }: ChartsealError, context: CommandContext): void {
  context.tell(`warning: left behind: ${code} ${clean(message)}`);
}
