// The network of one run of the benchmark: made when the first row asks for it, ended with the run.
import { once } from 'node:events';
import { join } from 'node:path';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { findPrograms } from '../../network/programs.js';
import type { KeptNetwork } from './fabric-keeper.js';
import type { Workshop } from './workshop.js';

const HOW =
  'name the folder of a release of Fabric in CHARTSEAL_FABRIC_BIN, put its programs on PATH, or run `npm test` once, which builds them';

/** Why there can be no network; undefined when there can. A benchmark compiles nothing. */
async function lacking(): Promise<string | undefined> {
  try {
    await findPrograms({ mayBuild: false, progress: () => undefined });
    return undefined;
  } catch (error) {
    const known = error instanceof ChartsealError ? error.code : '';
    if (known !== 'PROGRAMS_MISSING' && known !== 'PROGRAMS_UNSUPPORTED') throw error;
    return `${(error as Error).message}: ${HOW}`;
  }
}

async function start(workshop: Workshop): Promise<KeptNetwork> {
  const keeper = workshop.startKeeper(process.execPath, [join(__dirname, 'fabric-keeper.js')]);
  const ended = once(keeper, 'close').then(() => undefined);
  const complaints: Buffer[] = [];
  keeper.stderr?.on('data', (part: Buffer) => complaints.push(part));
  let said = '';
  keeper.stdout?.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  while (!said.endsWith('\n')) {
    await Promise.race([once(keeper.stdout as NodeJS.ReadableStream, 'data'), ended]);
    if (keeper.exitCode !== null || keeper.signalCode !== null) {
      throw new Error(`there is no network: ${Buffer.concat(complaints)}`);
    }
  }
  return JSON.parse(said) as KeptNetwork;
}

/** The network, or why there is none. */
export function keptNetwork(workshop: Workshop): Promise<KeptNetwork | string> {
  return workshop.keep('network', async () => (await lacking()) ?? start(workshop));
}
