// Opens and reads copies of a small ledger, each with one bit flipped, and says what came of each
// on a line of its own. In a process of its own, since LevelDB ends the process when its files make
// no sense to it. Arguments: an empty folder, number of flips, the first to do.
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type DiskLedger, makeDiskLedger, readAll } from './disk-ledger.js';
import { TestEngine } from './embedded-engine.js';

/** `wrong` names what was read otherwise than it is, or the error that no reader can expect. */
export type FlipOutcome = 'refused' | 'partly' | 'harmless' | { readonly wrong: string };

const REFUSALS = new Set(['LEDGER_CORRUPT', 'LEDGER_BEHIND', 'LEDGER_FAILED']);

/** Numbers that look random and are the same in every run (xorshift). */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

async function outcome(
  ledger: DiskLedger,
  truth: ReadonlyMap<string, string>,
): Promise<FlipOutcome> {
  let engine: TestEngine;
  try {
    engine = await TestEngine.open(ledger.folder);
  } catch (error) {
    if (error instanceof ChartsealError && REFUSALS.has(error.code)) return 'refused';
    return { wrong: String(error) };
  }
  try {
    let refused = 0;
    for (const [read, answer] of await readAll(engine, ledger)) {
      if (REFUSALS.has(answer)) refused++;
      else if (answer !== truth.get(read)) return { wrong: `${read}: ${answer}` };
    }
    return refused > 0 ? 'partly' : 'harmless';
  } finally {
    await engine.close();
  }
}

async function main(folder: string, count: number, first: number): Promise<void> {
  mkdirSync(join(folder, 'sound'));
  const sound = await makeDiskLedger(join(folder, 'sound'));
  const copy = () => {
    const target = join(folder, 'copy');
    rmSync(target, { recursive: true, force: true });
    cpSync(sound.folder, target, { recursive: true });
    return target;
  };
  const whole = await TestEngine.open(copy());
  const truth = await readAll(whole, sound);
  await whole.close();
  const random = numbers(0x5eed);
  const ledger = join(sound.folder, 'ledger');
  const files = readdirSync(ledger).filter((name) => statSync(join(ledger, name)).size > 0);
  if (!files.some((name) => name.endsWith('.ldb'))) throw new Error('the ledger has no table');
  for (let flip = 0; flip < count; flip++) {
    const place = random.next().value as number;
    if (flip < first) continue;
    const target = copy();
    const path = join(target, 'ledger', files[flip % files.length] as string);
    const bytes = readFileSync(path);
    const at = place % bytes.length;
    bytes[at] = (bytes[at] as number) ^ (1 << (flip % 8));
    writeFileSync(path, bytes);
    const found = await outcome({ ...sound, folder: target }, truth);
    process.stdout.write(`${JSON.stringify(found)}\n`);
  }
}

const [folder = '', count = '', first = ''] = process.argv.slice(2);
void main(folder, Number(count), Number(first));
