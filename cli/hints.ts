// What to do next about faults of single files or lines: each hint once, when the command ends,
// however many of them had the same fault.
import type { ChartsealError } from '../chaincode/core/errors.js';
import type { CommandContext } from './context.js';

export class Hints {
  readonly #hints = new Map<string, string>();

  add({ code, hint }: ChartsealError): void {
    this.#hints.set(code, hint);
  }

  tell(context: CommandContext): void {
    for (const [code, hint] of this.#hints) context.tell(`hint: ${code}: ${hint}`);
  }
}
