// npm run bench: measures the budgets of the design on this machine, as ratios to baselines of the
// same run. It asserts nothing: the machine may be busy.
import { constants, cpus, loadavg } from 'node:os';
import { ChartsealError } from '../chaincode/core/errors.js';
import type { Line } from './bench/row.js';
import { ROWS } from './bench/rows.js';
import { parseRequest, type Request, type Settings, USAGE } from './bench/settings.js';
import { formatLines } from './bench/table.js';
import { Workshop } from './bench/workshop.js';

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Where and how the figures came about. */
function circumstances({ rounds, quick, entries }: Settings): string {
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor?.model.trim() || 'unknown processor'}`;
  const long = `long logs of ${entries.toLocaleString('en-US')} entries`;
  const how = `medians of ${rounds} rounds${quick ? ', --quick' : ''}, ${long}`;
  return `${machine}, Node ${process.versions.node}, ${how}`;
}

function tellLoad(): void {
  const [load = 0] = loadavg();
  if (load * 2 < cpus().length) return;
  tell(`load average ${load.toFixed(1)}: other programs disturb the figures`);
}

async function measure({ rows, settings, output }: Request): Promise<void> {
  const workshop = new Workshop(settings);
  process.once('exit', () => workshop.close());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const exit = () => process.exit(128 + constants.signals[signal]);
    process.once(signal, () => void workshop.end().then(exit, exit));
  }
  try {
    await measureRows(workshop, { rows, settings, output });
  } finally {
    await workshop.end();
  }
}

async function measureRows(workshop: Workshop, { rows, settings, output }: Request): Promise<void> {
  tell(circumstances(settings));
  tellLoad();
  const table: Line[] = [];
  for (const name of rows) {
    const startedAt = performance.now();
    const lines = (await ROWS[name]?.(workshop)) ?? [];
    tell(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    if (output === 'markdown') table.push(...lines);
    else process.stdout.write(formatLines(lines, output));
  }
  if (output !== 'markdown') return;
  process.stdout.write(`${formatLines(table, output)}\n${circumstances(settings)}\n`);
}

async function main(): Promise<void> {
  await measure(parseRequest(process.argv.slice(2), Object.keys(ROWS)));
}

main().catch((error: unknown) => {
  const isUsage = error instanceof ChartsealError && error.code === 'USAGE';
  tell(`error: ${isUsage ? error.message : (error as Error).stack}`);
  if (isUsage) tell(`hint: ${USAGE}`);
  process.exitCode = isUsage ? 64 : 2;
});
