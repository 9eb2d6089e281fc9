// Exit codes: 0 all done, 1 a negative finding, 2 something left undone, 3 complete with entries
// not shown, 64 wrong usage. The one place where an error becomes words, JSON and a code.
import { ChartsealError, ERROR_CODES } from '../chaincode/core/errors.js';
import type { CommandContext } from './context.js';
import { clean } from './render.js';

export const EXIT_FINDING = 1;
export const EXIT_UNDONE = 2;
export const EXIT_USAGE = 64;

const UNEXPECTED_HINT = 'Run again with CHARTSEAL_DEBUG=1 and report what it prints.';

export function exitCodeOf(error: ChartsealError): number {
  return ERROR_CODES[error.code].exit;
}

interface Report {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** The member `error` of every JSON line that tells one. */
export function errorReport({ code, message, hint }: ChartsealError): Report {
  return { code, message, hint };
}

function unexpectedReport(error: unknown): Report {
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'UNEXPECTED', message, hint: UNEXPECTED_HINT };
}

/** Prints `error:` and `hint:` lines, and one JSON line with `--json`; gives the exit code. */
export function reportError(error: unknown, context: CommandContext): number {
  const isOurs = error instanceof ChartsealError;
  const { code, message, hint } = isOurs ? errorReport(error) : unexpectedReport(error);
  if (context.json) context.data(JSON.stringify({ error: { code, message, hint } }));
  // The configuration is told a fault a line.
  const lines = code === 'CONFIG_INVALID' ? message.split('\n') : [message];
  for (const line of lines) context.tell(`error: ${code} ${clean(line)}`);
  context.tell(`hint: ${hint}`);
  if (process.env['CHARTSEAL_DEBUG'] && error instanceof Error) context.tell(error.stack ?? '');
  return isOurs ? exitCodeOf(error) : EXIT_UNDONE;
}
