// chartseal doctor: each finding with the next step, for people or as JSON lines.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examine } from '../../gateway/services/doctor/doctor.js';
import type { Finding, FindingStatus } from '../../gateway/services/doctor/finding.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING, EXIT_UNDONE } from '../exit.js';
import type { DataOptions } from '../hospital.js';
import { clean } from '../render.js';

const WORDS: Readonly<Record<FindingStatus, string>> = {
  ok: 'ok',
  warning: 'WARNING',
  fault: 'FAULT',
  'not checked': 'NOT CHECKED',
};
const WIDTH = WORDS['not checked'].length;

/** The committed file that the program itself asks first; it lies beside no compiled one. */
async function nodeProblem(): Promise<string> {
  const path = join(__dirname, '..', '..', '..', 'cli', 'node-version.mjs');
  const { nodeVersionProblem } = (await import(pathToFileURL(path).href)) as {
    nodeVersionProblem(): string;
  };
  return nodeVersionProblem();
}

function tell({ check, status, sentence, next }: Finding, context: CommandContext): void {
  context.data(`${WORDS[status].padEnd(WIDTH)}  ${clean(check)}: ${clean(sentence)}`);
  if (next !== undefined) context.data(`${' '.repeat(WIDTH)}  next: ${clean(next)}`);
}

/** 1 when there is a fault, else 2 when something was not checked, else 0. */
export async function doctor({ data }: DataOptions, context: CommandContext): Promise<number> {
  const findings = await examine({ folder: data, nodeProblem: await nodeProblem() });
  const count = (wanted: FindingStatus) =>
    findings.filter(({ status }) => status === wanted).length;
  const summary = {
    ok: count('ok'),
    warnings: count('warning'),
    faults: count('fault'),
    notChecked: count('not checked'),
  };
  if (context.json) {
    for (const finding of findings) context.data(JSON.stringify(finding));
    context.data(JSON.stringify({ summary }));
  } else {
    for (const finding of findings) tell(finding, context);
    const { ok, warnings, faults, notChecked } = summary;
    context.tell(`${ok} ok, ${warnings} warnings, ${faults} faults, ${notChecked} not checked`);
  }
  if (summary.faults > 0) return EXIT_FINDING;
  return summary.notChecked > 0 ? EXIT_UNDONE : 0;
}
