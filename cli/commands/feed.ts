// chartseal feed status | refused | replay | discard: what came from each source, and refused
// events that are kept aside. What they hold is printed only where that is asked for.
import { ChartsealError } from '../../chaincode/core/errors.js';
import type { RefusedReport, SourceReport } from '../../gateway/services/feed/report.js';
import type { CommandContext } from '../context.js';
import { dataTyped } from '../data-typed.js';
import { EXIT_FINDING, EXIT_UNDONE, errorReport } from '../exit.js';
import { Hints } from '../hints.js';
import {
  type DataOptions,
  type FhirOptions,
  reportCounts,
  type WaitOptions,
  withDoor,
  withFhir,
} from '../hospital.js';
import { clean } from '../render.js';

const DAY_S = 86_400;
const HOUR_S = 3600;
const MINUTE_S = 60;

/** `2 d 3 h`, `5 min 7 s`: the two largest parts. */
function spanText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / DAY_S), 'd'],
    [Math.floor((seconds % DAY_S) / HOUR_S), 'h'],
    [Math.floor((seconds % HOUR_S) / MINUTE_S), 'min'],
    [seconds % MINUTE_S, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

const senderText = ({ via, system, caller }: Pick<SourceReport, 'via' | 'system' | 'caller'>) =>
  via === 'others'
    ? 'all other sources'
    : clean(`${system ?? '(source not known)'} by ${via}, from ${caller}`);

function sourceLines(source: SourceReport): string[] {
  const { arrived, accepted, duplicates, refused, waiting, replayed, discarded } = source;
  const lines = [
    senderText(source),
    `  ${arrived} came: ${accepted} accepted, ${duplicates} accepted before, ${refused} refused`,
  ];
  for (const [code, count] of Object.entries(source.refusedBy)) {
    lines.push(`    refused with ${clean(code)}: ${count}`);
  }
  if (waiting.count + replayed + discarded > 0) {
    const ended = `${replayed} replayed, ${discarded} given up`;
    lines.push(`  kept aside: ${waiting.count} now, ${ended}`);
  }
  lines.push(
    `  first ${source.firstAt}, last ${source.lastAt}: ${spanText(source.silentSeconds)} ago`,
  );
  const { longestSilence, lastEventAt } = source;
  if (longestSilence !== undefined) {
    const { seconds, from } = longestSilence;
    lines.push(`  longest silence: ${spanText(seconds)}, from ${from}`);
  }
  if (lastEventAt !== undefined) lines.push(`  newest event is of ${lastEventAt}`);
  return lines;
}

/** 1 while refused events wait, or events could not be counted. */
export async function feedStatus(options: DataOptions, context: CommandContext): Promise<number> {
  return withDoor(options, context, async (door) => {
    const report = await door.feed.status();
    const { sources, waiting, room, oldestAt, missed } = report;
    if (context.json) context.data(JSON.stringify(report));
    else {
      if (sources.length === 0) context.data('No events have come yet.');
      for (const source of sources) for (const line of sourceLines(source)) context.data(line);
      const since = oldestAt === undefined ? '' : `, the oldest since ${oldestAt}`;
      context.tell(`${waiting.count} refused events kept aside (room for ${room.count})${since}`);
      if (missed > 0)
        context.tell(
          `${missed} events could not be counted: see chartseal doctor${dataTyped(options)}`,
        );
      if (waiting.count > 0)
        context.tell(`hint: chartseal feed refused${dataTyped(options)} says why`);
    }
    return waiting.count + missed > 0 ? EXIT_FINDING : 0;
  });
}

function refusedLines(one: RefusedReport): string[] {
  const { id, code, message, expression, receivedAt, times, tries } = one;
  const often = times > 1 ? `, ${times} times until ${one.lastReceivedAt}` : '';
  const tried = tries > 0 ? `, tried again ${tries} times` : '';
  const where = expression === undefined ? '' : `  ${expression}`;
  return [
    `${id}  ${receivedAt}  ${senderText(one)}, ${one.size} bytes${often}${tried}`,
    `    ${clean(`${code}${where}`)}`,
    `    ${clean(message)}`,
  ];
}

export interface FeedRefusedOptions extends DataOptions {
  /** Print what the event holds. */
  readonly content?: boolean;
}

/** Number of a refused event as it is typed. */
function parseId(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new ChartsealError('USAGE', 'an ID is a number that feed refused or feed failed shows');
}

/** 1 while any are kept aside. */
export async function feedRefused(
  given: readonly string[],
  { content, ...options }: FeedRefusedOptions,
  context: CommandContext,
): Promise<number> {
  if (content === true && given.length !== 1) {
    throw new ChartsealError('USAGE', '--content is for one event: give its ID');
  }
  const ids = given.map(parseId);
  return withDoor(options, context, async ({ feed }) => {
    let count = 0;
    const show = (one: RefusedReport) => {
      count++;
      if (context.json) context.data(JSON.stringify(one));
      else for (const line of refusedLines(one)) context.data(line);
    };
    for (const id of ids) {
      const { bytes, ...facts } = await feed.refusedEvent(id);
      if (content !== true) show(facts);
      else if (!context.json) context.data(new TextDecoder().decode(bytes));
      else
        context.data(JSON.stringify({ ...facts, content: Buffer.from(bytes).toString('base64') }));
    }
    if (ids.length > 0) return EXIT_FINDING;
    for (let from: number | undefined = 0; from !== undefined; ) {
      const page = await feed.refused(from);
      for (const one of page.refused) show(one);
      from = page.next;
    }
    if (context.json) context.data(JSON.stringify({ summary: { refused: count } }));
    context.tell(`${count} refused events kept aside`);
    if (count > 0) {
      context.tell(
        `hint: mend the cause (configuration or source), then chartseal feed replay --all${dataTyped(options)}; where no gateway runs, with the --config FILE that was mended`,
      );
    }
    return count > 0 ? EXIT_FINDING : 0;
  });
}

export interface FeedReplayOptions extends DataOptions, WaitOptions, FhirOptions {
  readonly all?: boolean;
}

/** 1 when one was refused again, 2 when what was accepted was not proven in time. */
export async function feedReplay(
  given: readonly string[],
  options: FeedReplayOptions,
  context: CommandContext,
): Promise<number> {
  if ((options.all === true) === given.length > 0) {
    throw new ChartsealError('USAGE', 'give the IDs of refused events, or --all');
  }
  const wanted = options.all === true ? 'all' : given.map(parseId);
  return withDoor(await withFhir(options), context, async (door) => {
    const tally = { added: 0, duplicates: 0, counted: 0, refused: 0 };
    const hints = new Hints();
    for await (const outcome of door.feed.replay(wanted)) {
      const { id } = outcome;
      if ('error' in outcome) {
        const { error } = outcome;
        tally.refused++;
        hints.add(error);
        if (context.json) context.data(JSON.stringify({ id, error: errorReport(error) }));
        else context.data(`${id}  ${error.code} ${clean(error.message)}`);
        continue;
      }
      const { leafHashes, duplicate } = outcome;
      if (leafHashes.length === 0) tally.counted++;
      else tally[duplicate ? 'duplicates' : 'added']++;
      if (context.json) context.data(JSON.stringify({ id, leafHashes, duplicate }));
      else for (const leafHash of leafHashes) context.data(`${id}  ${leafHash}`);
    }
    const proven = await door.waitProven(options.waitMs);
    const standing = await door.standing();
    if (context.json) context.data(JSON.stringify({ summary: { ...tally, ...standing.counts } }));
    else {
      const { added, duplicates, counted, refused } = tally;
      const about = counted === 0 ? '' : `, ${counted} about no patient counted only`;
      const before = `${duplicates} had been accepted before`;
      context.tell(`${added} accepted, ${before}${about}, ${refused} refused again`);
    }
    hints.tell(context);
    reportCounts(standing, context);
    if (tally.refused > 0) return EXIT_FINDING;
    return proven ? 0 : EXIT_UNDONE;
  });
}

/** Gives up what failed, of whichever kind. */
export async function feedDiscard(
  given: readonly string[],
  options: DataOptions,
  context: CommandContext,
): Promise<number> {
  if (given.length === 0) throw new ChartsealError('USAGE', 'give the IDs of what is given up');
  const ids = given.map(parseId);
  return withDoor(options, context, async ({ feed }) => {
    for (const id of ids) {
      await feed.discard(id);
      if (context.json) context.data(JSON.stringify({ id }));
      else context.tell(`${id} is given up; what it held is gone`);
    }
    return 0;
  });
}
