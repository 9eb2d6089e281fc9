import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';

/** Command lines that a script cannot do, each with what it says. */
const WRONG: readonly (readonly [script: string, args: readonly string[], says: RegExp])[] = [
  ['load.js', ['--url', 'http://127.0.0.1:1', '--rates', '5'], /--rates(.|\n)*--rate N/],
  ['load.js', ['--url', 'http://127.0.0.1:1', '--rate', '0'], /--rate is a whole number/],
  ['soak.js', ['--kill', '5'], /--kill'/],
  ['soak.js', ['--kills', '0'], /--kills is a whole number from 1 on/],
  ['soak.js', ['--minutes', '0'], /--minutes is a whole number from 1 on/],
  ['soak.js', ['--case', 'nothing'], /--case is one of: /],
  ['vectors.js', ['--wirte'], /usage: /],
];

describe('a script', function () {
  this.timeout(20_000);
  for (const [script, args, says] of WRONG) {
    it(`refuses to pass over what it cannot do: ${script} ${args.join(' ')}`, () => {
      const program = join('dist', 'scripts', script);
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
        encoding: 'utf8',
        timeout: 15_000,
      });
      expect(stderr).to.match(says);
      expect(status).to.equal(64);
    });
  }
});
