// A ledger with a log of two appends, and mirrors of it, in a folder of its own for one test.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { parseAppendAnswer } from '../../gateway/ledger/log-answers.js';
import { Alarm, type AlarmPlace } from '../../gateway/services/mirror/alarm.js';
import type { BlockSource } from '../../gateway/services/mirror/channel-block.js';
import { readGrowingFile } from '../../gateway/services/mirror/leaves-input.js';
import {
  Mirror,
  type MirrorOptions,
  type MirrorStatus,
} from '../../gateway/services/mirror/mirror.js';
import { openTestSource } from './channel-blocks.js';
import { TestEngine } from './embedded-engine.js';
import { appendCall, LogWriter, labelOf, type Step } from './log-writer.js';
import { newTempFolder, removeTempFolder } from './temp-folder.js';

export const ORIGIN = 'hospital-a.example/archive';
export const OTHER = 'hospital-a.example/other';
const DAY_MS = 86_400_000;

export interface Line {
  readonly index: number;
  readonly leaf: Uint8Array;
}

export const linesOf = ({ leaves }: LogWriter): Line[] =>
  leaves.map((leaf, index) => ({ index, leaf }));

export const textOf = (lines: readonly Line[]) =>
  lines
    .map(({ index, leaf }) => `${JSON.stringify({ index, leaf: encodeBase64(leaf) })}\n`)
    .join('');

export function reached({ logs }: MirrorStatus, origin = ORIGIN) {
  const found = logs.find(({ log }) => log.registration.origin === origin);
  const { log, leaves } = found ?? expect.fail(`no log ${origin}`);
  return { hashes: log.frontier.size, leaves: leaves.size, missing: leaves.missing };
}

export async function expectAlarm(
  act: () => Promise<unknown>,
  code: ErrorCode,
  where: AlarmPlace,
): Promise<void> {
  let thrown: unknown;
  try {
    await act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).to.be.instanceOf(Alarm);
  expect((thrown as Alarm).code).to.equal(code);
  expect((thrown as Alarm).place).to.include(where);
}

export class MirrorPlace {
  readonly folder: string;
  readonly ledger: string;
  /** Of ORIGIN: appends of 4 and 3 leaves. */
  readonly logId: string;
  readonly writer: LogWriter;
  readonly other = new LogWriter(OTHER);

  private constructor(folder: string, ledger: string, logId: string, writer: LogWriter) {
    this.folder = folder;
    this.ledger = ledger;
    this.logId = logId;
    this.writer = writer;
  }

  static async create(): Promise<MirrorPlace> {
    const folder = newTempFolder();
    const ledger = join(folder, 'hospital');
    mkdirSync(ledger);
    const writer = new LogWriter(ORIGIN);
    const engine = await TestEngine.open(ledger, { create: true });
    const logId = await engine.registerLog(ORIGIN);
    await engine.append(logId, writer, 4);
    await engine.append(logId, writer, 3);
    await engine.close();
    return new MirrorPlace(folder, ledger, logId, writer);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async withEngine(use: (engine: TestEngine) => Promise<void>): Promise<void> {
    const engine = await TestEngine.open(this.ledger);
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  /** A second log, of which no leaf is like one of the first. */
  async addOtherLog(): Promise<void> {
    await this.withEngine(async (engine) => {
      const logId = await engine.registerLog(OTHER);
      const steps = Array.from({ length: 6 }, (_, at): Step => {
        const name = `${OTHER} ${at}`;
        return { act: 'access', subject: labelOf(name), entry: labelOf(`entry ${name}`) };
      });
      const batch = this.other.batch(steps);
      const { json, transient } = appendCall(logId, batch);
      const answer = await engine.call('submit', 'writer', 'append', json, transient);
      this.other.commit(batch, parseAppendAnswer(answer).endorsedAt);
    });
  }

  async runOn(
    source: BlockSource,
    lines: readonly (readonly Line[])[],
    options: Partial<MirrorOptions> = {},
  ): Promise<MirrorStatus> {
    const leaves = lines.map((one, at) => {
      const path = this.path(`leaves-${at}`);
      writeFileSync(path, textOf(one));
      return { name: `leaves-${at}`, read: () => readGrowingFile(path) };
    });
    const stop = new AbortController().signal;
    const fixed = { folder: this.path('mirror'), withheldMs: DAY_MS, follow: false, stop };
    try {
      return await Mirror.run({ ...fixed, source, leaves, ...options });
    } finally {
      await source.close();
    }
  }

  /** One run over the ledger as it is. */
  async run(lines: readonly (readonly Line[])[] = [], options: Partial<MirrorOptions> = {}) {
    return this.runOn(await openTestSource(this.ledger), lines, options);
  }

  remove(): void {
    removeTempFolder(this.folder);
  }
}
