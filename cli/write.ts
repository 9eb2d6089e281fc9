// Evidence goes to the file that was named, or to stdout.
import type { FileKind } from '../gateway/evidence/evidence-file.js';
import { writeEvidence } from '../gateway/services/receipt-files.js';
import { type CommandContext, writeToStdout } from './context.js';
import { clean } from './render.js';

/**
 * Throws FILE_EXISTS where another file than such a one lies.
 *
 * @param bytes one line of canonical JSON
 */
export async function writeOrPrint(
  bytes: Uint8Array,
  kind: FileKind,
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
  await writeEvidence(out, bytes, kind);
  context.tell(`written: ${clean(out)}`);
}
