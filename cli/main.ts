// Entry of the command line: runs the program on the process's own arguments and streams, and ends
// the process with its exit code whatever happens. Never with 1 by accident: that says that a
// document was altered.
import { systemErrorText } from '../gateway/services/file-error.js';
import { processContext } from './context.js';
import { EXIT_UNDONE, reportError } from './exit.js';
import { run } from './program.js';

function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has enough (`| head -1`) is told nothing.
    if (error.code !== 'EPIPE') {
      process.stderr.write(`error: FILE_UNWRITABLE stdout: ${systemErrorText(error)}\n`);
      process.stderr.write('hint: Nobody received the rest of the output; run it again.\n');
    }
    process.exit(EXIT_UNDONE);
  });
  process.stderr.on('error', () => {
    // Prose that nobody can read is no reason to leave work half done.
  });
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** Ends the process. */
export async function main(): Promise<void> {
  guardStreams();
  process.on('uncaughtException', (error) => {
    process.exit(reportError(error, processContext(false)));
  });
  const exitCode = await run(process.argv.slice(2));
  await flushed(process.stdout);
  await flushed(process.stderr);
  process.exit(exitCode);
}
