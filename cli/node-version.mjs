// Says whether this Node can run Chartseal. Plain enough for a Node that is far too old to read it.
import { readFileSync } from 'node:fs';

/** A sentence for people when the Node that runs is not one of package.json's `engines`, or ''. */
export function nodeVersionProblem(running = process.versions.node) {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const wanted = manifest.engines.node;
  if (wanted.split('||').some((range) => allows(range.trim(), running))) return '';
  return `Chartseal needs Node.js ${wanted}; this is ${running}`;
}

/** Only the two forms that package.json uses: `^a.b.c` (same major) and `>=a.b.c`. */
function allows(range, running) {
  const match = /^(\^|>=)(\d+)\.(\d+)\.(\d+)$/.exec(range);
  if (match === null) throw new Error(`package.json engines: cannot read ${range}`);
  const floor = match.slice(2).map(Number);
  const have = running.split('-')[0].split('.').map(Number);
  if (match[1] === '^' && have[0] !== floor[0]) return false;
  for (let part = 0; part < 3; part++) {
    if (have[part] !== floor[part]) return have[part] > floor[part];
  }
  return true;
}
