// The passphrase of a backup: from a file, or asked on the terminal without showing it. Never from
// the arguments, which other users of the machine can see.
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { decodeUtf8 } from '../chaincode/core/bytes.js';
import { ChartsealError } from '../chaincode/core/errors.js';
import { fileError } from '../gateway/services/file-error.js';
import type { CommandContext } from './context.js';

export interface PassphraseOptions {
  /** File with the passphrase in its first line. */
  readonly passphraseFile?: string;
}

const MIN_CHARACTERS = 12;
const MAX_BYTES = 1024;

async function readFirstLine(path: string): Promise<string> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_BYTES + 2), 0);
      const text = decodeUtf8(buffer.subarray(0, bytesRead), 'the passphrase file');
      return (text.split('\n', 1)[0] as string).replace(/\r$/, '');
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, 'file');
  }
}

function check(passphrase: string): string {
  if ([...passphrase].length < MIN_CHARACTERS) {
    throw new ChartsealError('USAGE', `a passphrase has at least ${MIN_CHARACTERS} characters`);
  }
  if (Buffer.byteLength(passphrase) > MAX_BYTES) {
    throw new ChartsealError('USAGE', `a passphrase has at most ${MAX_BYTES} bytes`);
  }
  return passphrase;
}

/** Lines of the terminal, one for each prompt, not shown. Throws USAGE when it ends before. */
async function ask(prompts: readonly string[], context: CommandContext): Promise<string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  lines.once('SIGINT', () => lines.close());
  const typed = lines[Symbol.asyncIterator]();
  const given: string[] = [];
  try {
    for (const prompt of prompts) {
      context.draw(prompt);
      const line = await typed.next();
      context.draw('\n');
      if (line.done === true) throw new ChartsealError('USAGE', 'no passphrase was given');
      given.push(line.value);
    }
    return given;
  } finally {
    lines.close();
  }
}

/**
 * Throws USAGE for one that is too short or was not typed the same twice, and where it cannot be
 * asked for.
 * @param isNew a passphrase to be set: asked twice
 */
export async function readPassphrase(
  { passphraseFile }: PassphraseOptions,
  context: CommandContext,
  isNew: boolean,
): Promise<string> {
  if (passphraseFile !== undefined) return check(await readFirstLine(passphraseFile));
  if (process.stdin.isTTY !== true) {
    throw new ChartsealError(
      'USAGE',
      'there is no terminal to ask for the passphrase: give --passphrase-file FILE',
    );
  }
  const prompts = ['passphrase of the backup: ', 'the same again: '].slice(0, isNew ? 2 : 1);
  const [passphrase = '', again = passphrase] = await ask(prompts, context);
  if (again !== passphrase) throw new ChartsealError('USAGE', 'the two passphrases differ');
  return check(passphrase);
}
