// What speaks against a log: told as data, since it is an answer and no failure.
import type { CommandContext } from './context.js';
import { EXIT_FINDING } from './exit.js';

export interface LogFinding {
  readonly code: 'LOG_FORKED' | 'STORE_BEHIND';
  readonly sentence: string;
  /** Sizes and roots. */
  readonly facts: object;
  /** What to do, a line each. */
  readonly next: readonly [string, ...string[]];
}

/** Exit code of the finding. */
export function tellFinding(
  { code, sentence, facts, next: [first, ...rest] }: LogFinding,
  context: CommandContext,
): number {
  if (context.json) context.data(JSON.stringify({ finding: { code, sentence }, ...facts }));
  context.tell(`${code}: ${sentence}`);
  context.tell(`next: ${first}`);
  for (const line of rest) context.tell(`      ${line}`);
  return EXIT_FINDING;
}
