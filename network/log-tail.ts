// The end of what a program wrote, for messages.
import { open } from 'node:fs/promises';

const TAIL_BYTES = 8 * 1024;
const SHOWN_LINES = 2;
const SHOWN_CHARACTERS = 600;
/** Colours, with which Fabric's programs write also where nobody sees them. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

const isFault = (line: string) => /\b(PANI|FATA|ERRO|panic:|Error:|error)/.test(line);

/** The last lines that tell of a fault, else the very last ones; one line of text. */
export function telling(output: string): string {
  const lines = output
    .replace(COLOUR, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const faults = lines.filter(isFault);
  const shown = (faults.length > 0 ? faults : lines).slice(-SHOWN_LINES);
  return shown.join(' | ').slice(-SHOWN_CHARACTERS);
}

/** As {@link telling}, of a log file. */
export async function lastLines(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
    return telling(buffer.subarray(0, bytesRead).toString('utf8'));
  } finally {
    await file.close();
  }
}
