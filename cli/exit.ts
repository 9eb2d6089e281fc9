// Exit codes: 0 all done, 1 a negative finding, 2 something left undone, 3 complete with entries
// not shown, 64 wrong usage.
import { ChartsealError, ERROR_CODES } from '../chaincode/core/errors.js';
import type { CommandContext } from './context.js';
import { clean } from './render.js';

export const EXIT_USAGE = 64;
const EXIT_UNDONE = 2;

export function exitCodeOf(error: ChartsealError): number {
  return ERROR_CODES[error.code].exit;
}

/** Prints `error:` and `hint:` lines, or one JSON line, and gives the exit code. */
export function reportError(error: unknown, context: CommandContext): number {
  if (error instanceof ChartsealError) {
    const { code, message, hint } = error;
    if (context.json) context.data(JSON.stringify({ error: { code, message, hint } }));
    context.tell(`error: ${code} ${clean(message)}`);
    context.tell(`hint: ${hint}`);
    return exitCodeOf(error);
  }
  const debug = process.env['CHARTSEAL_DEBUG'] !== undefined;
  const text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
  context.tell(`error: unexpected: ${debug ? text : clean(text ?? '')}`);
  context.tell('hint: Run again with CHARTSEAL_DEBUG=1 and report what it prints.');
  return EXIT_UNDONE;
}
