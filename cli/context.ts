// Where a command writes: data to stdout, prose to stderr. Commands return exit codes and never
// end the process.
import { once } from 'node:events';
import { forTerminal } from './render.js';

export interface CommandContext {
  /** `--json`: data as JSON lines, and nothing else on stdout. */
  readonly json: boolean;
  /** Columns of the terminal behind stderr; 0 when there is none. */
  readonly columns: number;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** One line of data. */
  data(line: string): void;
  /** One line of prose. */
  tell(line: string): void;
  /** Text on stderr without a line end, for progress. */
  draw(text: string): void;
}

const DEFAULT_COLUMNS = 80;

/** The streams of this process. */
export function processContext(json: boolean): CommandContext {
  const { stdin, stdout, stderr } = process;
  return {
    json,
    columns: stderr.isTTY === true ? stderr.columns || DEFAULT_COLUMNS : 0,
    stdin,
    // Files get the exact bytes; a terminal must not obey what stands in names.
    data: (line) => void stdout.write(`${stdout.isTTY === true ? forTerminal(line) : line}\n`),
    tell: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
  };
}

/** Large data: waits until the reader has taken enough of it. */
export async function writeToStdout(bytes: Uint8Array): Promise<void> {
  const { stdout } = process;
  const shown = stdout.isTTY === true ? printable(bytes) : bytes;
  if (!stdout.write(shown)) await once(stdout, 'drain');
}

function printable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).split('\n').map(forTerminal).join('\n');
}
