// Entry of the command line: runs the program on the process's own arguments and streams.
import { run } from './program.js';

/** Sets the process's exit code; the process ends by itself when nothing is left to do. */
export async function main(): Promise<void> {
  process.exitCode = await run(process.argv.slice(2));
}
