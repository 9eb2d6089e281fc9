// Where a command writes: data to stdout, prose to stderr. Commands return exit codes and never
// end the process.

export interface CommandContext {
  /** `--json`: data as JSON lines, and nothing else on stdout. */
  readonly json: boolean;
  /** Whether stderr is a terminal. */
  readonly terminal: boolean;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** One line of data. */
  data(line: string): void;
  /** One line of prose. */
  tell(line: string): void;
  /** Text on stderr without a line end, for progress. */
  draw(text: string): void;
}

function quietPipe(stream: NodeJS.WriteStream): void {
  // A reader that has enough (`| head -1`) is no fault of ours.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

export function processContext(json: boolean): CommandContext {
  const { stdin, stdout, stderr } = process;
  quietPipe(stdout);
  quietPipe(stderr);
  return {
    json,
    terminal: stderr.isTTY === true,
    stdin,
    data: (line) => void stdout.write(`${line}\n`),
    tell: (line) => void stderr.write(`${line}\n`),
    draw: (text) => void stderr.write(text),
  };
}
