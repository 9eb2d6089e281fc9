// chartseal feed failed: all that was sent and is not in the log, of every kind, with the numbers
// by which it is given up.
import type { FailedReport } from '../../gateway/services/feed/failed-report.js';
import type { CommandContext } from '../context.js';
import { dataTyped } from '../data-typed.js';
import { EXIT_FINDING } from '../exit.js';
import { type DataOptions, withDoor } from '../hospital.js';
import { clean } from '../render.js';

const nextOf = (data: string): Readonly<Record<FailedReport['kind'], string>> => ({
  event: `refused events: mend the cause, then chartseal feed replay --all${data}`,
  record: 'refused records: have their sender send them again, or try them on the page /archivist',
  file: 'files: mend the cause, then run the ingest over them again',
});

function failedLines(one: FailedReport): string[] {
  const { id, kind, receivedAt, code, message, tries, source, path, record } = one;
  const tried = tries > 0 ? `, tried again ${tries} times` : '';
  const what = path ?? record ?? source ?? '(not known)';
  return [
    `${id}  ${receivedAt}  ${kind} ${clean(what)}${tried}`,
    `    ${clean(`${code} ${message}`)}`,
  ];
}

/** 1 while anything failed. */
export async function feedFailed(options: DataOptions, context: CommandContext): Promise<number> {
  return withDoor(options, context, async ({ feed }) => {
    const counts = { event: 0, record: 0, file: 0 };
    for (let from: number | undefined = 0; from !== undefined; ) {
      const { failed, next }: Awaited<ReturnType<typeof feed.failed>> = await feed.failed(from);
      for (const one of failed) {
        counts[one.kind]++;
        if (context.json) context.data(JSON.stringify(one));
        else for (const line of failedLines(one)) context.data(line);
      }
      from = next;
    }
    const { event: events, record: records, file: files } = counts;
    if (context.json) context.data(JSON.stringify({ summary: { events, records, files } }));
    context.tell(`not in the log: ${events} events, ${records} records, ${files} files`);
    const kinds = (['event', 'record', 'file'] as const).filter((kind) => counts[kind] > 0);
    for (const kind of kinds) context.tell(`hint: ${nextOf(dataTyped(options))[kind]}`);
    if (kinds.length === 0) return 0;
    context.tell(
      `hint: what is not to be anchored any more: chartseal feed discard ID${dataTyped(options)}`,
    );
    return EXIT_FINDING;
  });
}
