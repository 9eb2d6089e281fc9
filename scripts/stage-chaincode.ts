// Stages the contract for a peer package or an image: `npm run stage -- FOLDER`. Prints the
// digest of its files, which organisations compare before they approve a definition.
import { processContext } from '../cli/context.js';
import { EXIT_UNDONE, reportError } from '../cli/exit.js';
import { stageChaincode } from '../network/chaincode-stage.js';

const DEFAULT_FOLDER = 'chartseal-chaincode';

async function main(given: readonly string[]): Promise<number> {
  if (given.length > 1 || given[0]?.startsWith('-')) {
    process.stderr.write('usage: npm run stage -- [FOLDER]\n');
    return 64;
  }
  const { folder, version, digest } = await stageChaincode(given[0] ?? DEFAULT_FOLDER);
  process.stdout.write(`${digest}  ${folder}\n`);
  process.stderr.write(
    `staged: contract ${version}; compare the digest with that of the other organisations\n` +
      'next: npm ci --omit=dev --ignore-scripts in that folder, then npm start with its settings\n',
  );
  return 0;
}

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    reportError(error, processContext(false));
    process.exitCode = EXIT_UNDONE;
  },
);
