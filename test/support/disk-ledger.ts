// A small ledger on disk, half of it in tables and half in the log of LevelDB.
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { TestEngine } from './embedded-engine.js';
import { LogWriter } from './log-writer.js';

const APPENDS = 12;

export interface DiskLedger {
  readonly folder: string;
  readonly logId: string;
  /** Of the log, after each append. */
  readonly sizes: readonly number[];
}

export async function makeDiskLedger(folder: string): Promise<DiskLedger> {
  const writer = new LogWriter('disk.example/archive');
  let engine = await TestEngine.open(folder, { create: true });
  const logId = await engine.registerLog('disk.example/archive');
  await engine.registerLog('other.example/archive');
  const sizes = [0];
  for (let round = 0; round < APPENDS; round++) {
    if (round === APPENDS / 2) {
      await engine.close();
      engine = await TestEngine.open(folder);
    }
    await engine.append(logId, writer, 1 + (round % 3));
    sizes.push(writer.size);
  }
  await engine.close();
  return { folder, logId, sizes };
}

/** Everything that can be read, by name; errors are collected by their code. */
export async function readAll(
  engine: TestEngine,
  { logId, sizes }: DiskLedger,
): Promise<Map<string, string>> {
  const reads: [string, object][] = [
    ['readLog', { logId }],
    ['listLogs', {}],
    ['listCheckpoints', { logId, after: 0 }],
    ...sizes.map((size): [string, object] => ['readCheckpoint', { logId, size }]),
  ];
  const answers = new Map<string, string>();
  for (const [name, request] of reads) {
    const json = canonicalJson(request);
    const answer = engine.call('evaluate', 'reader', name, json).catch((error: unknown) => {
      if (!(error instanceof ChartsealError)) throw error;
      return error.code;
    });
    answers.set(`${name} ${json}`, (await answer).replace(/"asOf":"[^"]*"/, ''));
  }
  return answers;
}
