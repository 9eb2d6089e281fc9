// chartseal doctor: each finding with the next step, for people or as JSON lines. Of a folder, of
// the gateway that has it open, or of a gateway elsewhere.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { type AddressOptions, readAddress } from '../../gateway/client/address.js';
import { GatewayConnection } from '../../gateway/client/connection.js';
import { examineThrough } from '../../gateway/client/remote-upkeep.js';
import { examine } from '../../gateway/services/doctor/doctor.js';
import type { Finding, FindingStatus } from '../../gateway/services/doctor/finding.js';
import type { CommandContext } from '../context.js';
import { EXIT_FINDING, EXIT_UNDONE } from '../exit.js';
import { type DataOptions, findAnswering } from '../hospital.js';
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

export interface DoctorOptions extends DataOptions, Partial<AddressOptions> {}

async function examineAt({ url, ...options }: DoctorOptions): Promise<readonly Finding[]> {
  if (url === undefined) {
    const { tokenFile, certificate, key, authority } = options;
    if ([tokenFile, certificate, key, authority].every((one) => one === undefined)) {
      return examineFolder(options);
    }
    const message = '--token-file, --certificate, --key and --authority go with --url';
    throw new ChartsealError('USAGE', message);
  }
  const gateway = new GatewayConnection(readAddress({ ...options, url }));
  try {
    return await examineThrough(gateway);
  } finally {
    gateway.close();
  }
}

/** Through the gateway that has the folder open; alone when there is none that answers. */
async function examineFolder(options: DataOptions): Promise<readonly Finding[]> {
  const gateway = await findAnswering(options);
  if (gateway === undefined) {
    return examine({ folder: options.data, nodeProblem: await nodeProblem() });
  }
  try {
    return await examineThrough(gateway);
  } finally {
    gateway.close();
  }
}

/** 1 when there is a fault, else 2 when something was not checked, else 0. */
export async function doctor(options: DoctorOptions, context: CommandContext): Promise<number> {
  const findings = await examineAt(options);
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
