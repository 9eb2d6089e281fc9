// An error as the log may show it. What a coded error of ours says is safe by its own rule; of any
// other only its class and the places in the program are shown, because its text may hold anything.
import { ChartsealError } from '../../chaincode/core/errors.js';

export interface ErrorFacts {
  /** Class of what was thrown. */
  readonly type: string;
  /** Code of ours, or of the system. */
  readonly code?: string;
  /** Of coded errors alone. */
  readonly message?: string;
  readonly frames?: readonly string[];
  readonly cause?: ErrorFacts;
}

const MAX_CAUSES = 4;
const MAX_FRAMES = 20;
const NAME = /^[A-Za-z_$][\w$]{0,63}$/;
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
/** `    at open (/a/b.js:1:2)`, `    at async /a/b.js:1:2`, `    at node:fs:1:2`. */
const FRAME = /^ {4}at (?:[\w$.<>[\] ]{1,120} \()?(?:file:\/\/)?[\w@$%+./:\\ -]{1,300}:\d+:\d+\)?$/;

const plain = (text: string, pattern: RegExp, otherwise: string) =>
  pattern.test(text) ? text : otherwise;

/** Where it was thrown. A text that lies about where it ends gives no frames. */
function framesOf(error: Error): readonly string[] | undefined {
  const { stack } = error;
  if (typeof stack !== 'string') return undefined;
  const message = String(error.message);
  const at = message === '' ? stack.indexOf('\n') : stack.indexOf(message) + message.length;
  const isHead = message === '' || stack.slice(0, at).endsWith(`: ${message}`);
  if (!isHead || stack[at] !== '\n') return undefined;
  const lines = stack.slice(at + 1).split('\n');
  const isAllFrames = lines.every((line) => FRAME.test(line));
  return isAllFrames ? lines.slice(0, MAX_FRAMES).map((line) => line.trim()) : undefined;
}

function classOf(error: object): string {
  const name: unknown = error.constructor?.name;
  return typeof name === 'string' ? plain(name, NAME, 'Error') : 'Error';
}

/** @param depth of causes that led here */
export function errorFacts(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause =
    error.cause === undefined || depth >= MAX_CAUSES
      ? {}
      : { cause: errorFacts(error.cause, depth + 1) };
  if (error instanceof ChartsealError) {
    const { code, message } = error;
    return { type: 'ChartsealError', code, message, ...cause };
  }
  const { code } = error as NodeJS.ErrnoException;
  const frames = framesOf(error);
  return {
    type: classOf(error),
    ...(typeof code === 'string' && CODE.test(code) ? { code } : {}),
    ...(frames === undefined ? {} : { frames }),
    ...cause,
  };
}
