// Evidence goes to the file that was named, or to stdout.
import { writeWhole } from '../gateway/services/receipt-files.js';
import { type CommandContext, writeToStdout } from './context.js';
import { clean } from './render.js';

/** @param bytes one line of canonical JSON */
export async function writeOrPrint(
  bytes: Uint8Array,
  out: string | undefined,
  context: CommandContext,
): Promise<void> {
  if (out === undefined) {
    // The file that a shell makes of it has to verify: with a line end more it would not.
    if (context.json || process.stdout.isTTY === true)
      context.data(new TextDecoder().decode(bytes));
    else await writeToStdout(bytes);
    return;
  }
  await writeWhole(out, bytes);
  context.tell(`written: ${clean(out)}`);
}
