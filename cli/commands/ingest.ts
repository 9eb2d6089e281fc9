// chartseal ingest PATH…: anchors every document below the paths and answers for each.
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { dataLayout } from '../../gateway/data/layout.js';
import { cleanUp } from '../../gateway/services/clean-up.js';
import { ByteCounter } from '../../gateway/services/digest.js';
import type { HospitalDoor, Standing } from '../../gateway/services/door/door.js';
import { type RunOutcome, runFolders } from '../../gateway/services/ingest-run.js';
import { liesWithin } from '../../gateway/services/left-out.js';
import { makeFolder, writeEvidence } from '../../gateway/services/receipt-files.js';
import { ReceiptSpool, type SpooledReceipt } from '../../gateway/services/receipt-spool.js';
import { receiptNames, receiptPath, recordIdOf } from '../../gateway/services/record-id.js';
import { walk } from '../../gateway/services/walk.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING, EXIT_UNDONE, errorReport, exitCodeOf } from '../exit.js';
import { Hints } from '../hints.js';
import { type DataOptions, reportCounts, type WaitOptions, withDoor } from '../hospital.js';
import { tellLeftBehind } from '../left.js';
import { parsePatient } from '../patient.js';
import { Progress } from '../progress.js';
import { clean } from '../render.js';

export interface IngestCommandOptions extends DataOptions, WaitOptions {
  readonly category: string;
  readonly patient?: string;
  readonly idPrefix?: string;
  readonly receipts?: string;
  readonly moved?: boolean;
}

/** Numbers of one run; each entry found counts once. */
interface Tally {
  anchored: number;
  unchanged: number;
  skipped: number;
  /** Refused: the same record id for another file, or an act that the record's state forbids. */
  refused: number;
  /** Unreadable, missing, changed while read, unusable name. */
  failed: number;
  receipts: number;
}

class IngestRun {
  readonly tally: Tally = {
    anchored: 0,
    unchanged: 0,
    skipped: 0,
    refused: 0,
    failed: 0,
    receipts: 0,
  };
  readonly hints = new Hints();
  readonly #context: CommandContext;
  readonly #progress: Progress;
  readonly #spool: ReceiptSpool | undefined;
  readonly #receiptName: ReturnType<typeof receiptNames>;
  #firstReceipt = '';
  #receiptsMet = 0;

  constructor(
    context: CommandContext,
    progress: Progress,
    spool: ReceiptSpool | undefined,
    receiptName: ReturnType<typeof receiptNames>,
  ) {
    this.#context = context;
    this.#progress = progress;
    this.#spool = spool;
    this.#receiptName = receiptName;
  }

  async take(outcome: RunOutcome): Promise<void> {
    const { file } = outcome;
    this.#progress.done();
    switch (outcome.state) {
      case 'anchored':
      case 'unchanged':
        this.tally[outcome.state]++;
        await this.#spool?.add({ ordinal: outcome.ordinal, relative: this.#receiptName(file) });
        break;
      case 'skipped':
        this.tally.skipped++;
        if (outcome.file.reason === 'receipt') this.#meetReceipt(file.relative);
        else this.#name(file.relative, `skipped, ${outcome.file.reason}`);
        break;
      case 'failed':
        this.tally[exitCodeOf(outcome.error) === EXIT_FINDING ? 'refused' : 'failed']++;
        this.hints.add(outcome.error);
        this.#name(file.relative, `${outcome.error.code} ${outcome.error.message}`);
        break;
    }
    if (this.#context.json) this.#context.data(jsonLine(outcome));
  }

  /** Beside an archive of receipts, a line for each would hide all other lines. */
  #meetReceipt(relative: string): void {
    if (this.#receiptsMet++ === 0) this.#firstReceipt = relative;
  }

  /** When the run has ended. */
  tellReceipts(): void {
    if (this.#receiptsMet === 0) return;
    const others = this.#receiptsMet - 1;
    const more = others === 0 ? '' : ` and ${others} ${others === 1 ? 'other' : 'others'}`;
    this.#name(`${this.#firstReceipt}${more}`, 'skipped, receipt');
  }

  #name(relative: string, what: string): void {
    if (this.#context.json) return;
    this.#progress.clear();
    this.#context.tell(`${clean(relative)}: ${clean(what)}`);
  }
}

function jsonLine(outcome: RunOutcome): string {
  const path = outcome.file.relative;
  switch (outcome.state) {
    case 'skipped':
      return JSON.stringify({ path, state: outcome.state, reason: outcome.file.reason });
    case 'failed': {
      const error = errorReport(outcome.error);
      return JSON.stringify({ path, state: outcome.state, error });
    }
    default: {
      const { state, id, version, digest } = outcome;
      return JSON.stringify({ path, state, id, version, digest });
    }
  }
}

/** Receipts written at once: each waits for its own fsync. */
const RECEIPTS_AT_ONCE = 16;

async function writeReceipts(
  door: HospitalDoor,
  spool: ReceiptSpool,
  folder: string,
  run: IngestRun,
  context: CommandContext,
): Promise<void> {
  const writeOne = async ({ ordinal, relative }: SpooledReceipt) => {
    try {
      const receipt = await door.receipt({ ordinal });
      await writeEvidence(join(folder, receiptPath(relative)), receipt, 'chartseal-receipt');
      run.tally.receipts++;
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      run.tally.failed++;
      run.hints.add(error);
      context.tell(`receipt of ${clean(relative)}: ${error.code} ${error.message}`);
    }
  };
  let writing: Promise<void>[] = [];
  for await (const one of spool.read()) {
    writing.push(writeOne(one));
    if (writing.length < RECEIPTS_AT_ONCE) continue;
    await Promise.all(writing);
    writing = [];
  }
  await Promise.all(writing);
}

function summaryLine(tally: Tally): string {
  const { anchored, unchanged, skipped, refused, failed } = tally;
  return `${anchored} anchored, ${unchanged} unchanged, ${skipped} skipped, ${refused} refused, ${failed} failed`;
}

/**
 * Nothing in the data folder is anchored: of a path there, nothing at all would be told. And what
 * may be given away has no place among keys.
 */
function checkPlaces(paths: readonly string[], data: string, receipts: string | undefined): void {
  const inside = paths.find((path) => liesWithin(path, data));
  if (inside !== undefined) {
    const text = `${inside} lies in the data folder, from which nothing is anchored`;
    throw new ChartsealError('USAGE', `${text}: keep documents elsewhere`);
  }
  if (receipts === undefined) return;
  const { folder: _folder, ...parts } = dataLayout(data);
  if (Object.values(parts).some((part) => liesWithin(receipts, part))) {
    const text = `${receipts} lies among what Chartseal keeps of its own`;
    throw new ChartsealError('USAGE', `${text}: give --receipts another folder`);
  }
}

/** Exit code 1 when something was refused, 2 when something was left undone. */
export async function ingest(
  paths: readonly string[],
  options: IngestCommandOptions,
  context: CommandContext,
): Promise<number> {
  const patient = options.patient === undefined ? undefined : parsePatient(options.patient);
  return withDoor(options, context, async (door) => {
    const { receipts } = options;
    checkPlaces(paths, door.folder, receipts);
    // Found now, not when everything is anchored.
    if (receipts !== undefined) await makeFolder(receipts);
    const spool =
      receipts === undefined ? undefined : await ReceiptSpool.create(await door.scratch());
    const counter = new ByteCounter();
    const progress = new Progress(context, counter);
    const run = new IngestRun(context, progress, spool, receiptNames(paths));
    const walkOptions = { exclude: [door.folder], skipReceipts: true };
    const counting = progress.count(walk(paths, walkOptions));
    try {
      const anchor = door.anchor({
        category: options.category,
        moved: options.moved ?? false,
        recordId: (file) => recordIdOf(file, options.idPrefix),
        ...(patient === undefined ? {} : { patient }),
      });
      const outcomes = runFolders(anchor, { ...walkOptions, paths, counter });
      for await (const several of outcomes) {
        for (const outcome of several) await run.take(outcome);
      }
      run.tellReceipts();
      progress.end();
      const proven = await door.waitProven(options.waitMs);
      if (spool !== undefined && receipts !== undefined && proven) {
        await writeReceipts(door, spool, receipts, run, context);
      }
      return finish(run, proven, await door.standing(), context);
    } finally {
      progress.end();
      await counting;
      if (spool !== undefined) await cleanUp(() => spool.remove(), tellLeftBehind(context));
    }
  });
}

function finish(
  { tally, hints }: IngestRun,
  proven: boolean,
  standing: Standing,
  context: CommandContext,
): number {
  if (context.json) context.data(JSON.stringify({ summary: { ...tally, ...standing.counts } }));
  else context.tell(summaryLine(tally));
  hints.tell(context);
  reportCounts(standing, context);
  if (tally.refused > 0) return EXIT_FINDING;
  return tally.failed > 0 || !proven ? EXIT_UNDONE : 0;
}
