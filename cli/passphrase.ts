// The passphrase of a backup: from a file, or asked on the terminal without showing it. Never from
// the arguments, which other users of the machine can see.
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
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

/** One line of the terminal; what is typed is not shown. Throws USAGE when there is none. */
async function ask(prompt: string, context: CommandContext): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new ChartsealError('USAGE', 'no passphrase was given'));
    lines.once('SIGINT', stop);
    lines.once('close', stop);
  });
  context.draw(prompt);
  try {
    return await Promise.race([lines.question(''), stopped]);
  } finally {
    stopped.catch(() => undefined);
    lines.close();
    context.draw('\n');
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
  const passphrase = check(await ask('passphrase of the backup: ', context));
  if (isNew && (await ask('the same again: ', context)) !== passphrase) {
    throw new ChartsealError('USAGE', 'the two passphrases differ');
  }
  return passphrase;
}
