#!/usr/bin/env node
// The committed program that `npx chartseal` finds: starts dist/cli/main.js, or says what to run.
// Committed, because npm remembers for ever that a bin's target was missing.
import { existsSync } from 'node:fs';
import { nodeVersionProblem } from './node-version.mjs';

function stop(error, hint) {
  process.stderr.write(`error: ${error}\nhint: ${hint}\n`);
  process.exit(2);
}

const problem = nodeVersionProblem();
if (problem !== '') stop(problem, 'install a Node.js of one of these versions: https://nodejs.org');

const built = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(built)) {
  stop('Chartseal is not built yet', 'run `npm run setup` in the folder that holds package.json');
}

// Node 22.12 warns on stderr of what every later version does without a word.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  const isKnown = rest[0] === 'ExperimentalWarning' && /loading ES Module/.test(String(warning));
  if (!isKnown) emitWarning.call(process, warning, ...rest);
};

let program;
try {
  program = await import(built.href);
} catch (error) {
  const missing = error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND';
  const text = String(error.message).split('\n')[0];
  if (process.env.CHARTSEAL_DEBUG) process.stderr.write(`${error.stack}\n`);
  stop(
    missing ? `a part of Chartseal is missing: ${text}` : `Chartseal could not start: ${text}`,
    'run `npm run setup` in the folder that holds package.json',
  );
}
await program.main();
