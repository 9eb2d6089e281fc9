// Wrong usage of every command that there is: refused before anything is opened.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { COMMANDS } from '../../cli/commands.js';
import type { CommandRow } from '../../cli/table/row.js';
import { Workplace } from '../support/cli.js';

/** Runs many command lines in one process of the built program; a line of JSON for each. */
const MANY = `
const { run } = require(process.argv[1]);
const lines = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
(async () => {
  for (const args of lines) {
    const said = { stdout: '', stderr: '' };
    const write = {};
    for (const name of Object.keys(said)) {
      write[name] = process[name].write;
      process[name].write = (text) => ((said[name] += text), true);
    }
    const status = await run(args);
    for (const name of Object.keys(said)) process[name].write = write[name];
    process.stdout.write(JSON.stringify({ args, status, ...said }) + '\\n');
  }
})();
`;

interface Said {
  readonly args: readonly string[];
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface KnownFlag {
  readonly long: string;
  readonly takesValue: boolean;
  readonly isList: boolean;
}

function flagsOf({ flags }: CommandRow): KnownFlag[] {
  return Object.values(flags).map(({ make }) => {
    const option = make();
    return {
      long: option.long as string,
      takesValue: option.required,
      isList: Array.isArray(option.defaultValue),
    };
  });
}

/** As the example has it, so that only what is added is wrong. */
function exampleOf({ name, positional, flags }: CommandRow): string[] {
  const needed = Object.values(flags)
    .map(({ make }) => make())
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ long }) => [long as string, 'x']);
  return [...name.split(' '), ...(positional?.[0].startsWith('<') ? ['given'] : []), ...needed];
}

function wrongUses(row: CommandRow): string[][] {
  const right = exampleOf(row);
  const uses = [
    [...right, '--no-such-flag'],
    [...right, '--no-such-flag=1'],
    [...right, '-x'],
    [...right, '--__proto__', 'x'],
    [...right, ''],
  ];
  if (!row.positional?.[0].includes('...')) uses.push([...right, 'more', 'and', 'more']);
  if (row.positional?.[0].startsWith('<')) uses.push(row.name.split(' '));
  for (const { long, takesValue, isList } of flagsOf(row)) {
    if (!takesValue) {
      uses.push([...right, `${long}=yes`]);
      continue;
    }
    const others = right.filter((_, at) => right[at] !== long && right[at - 1] !== long);
    uses.push([...others, long], [...others, long, '--json']);
    if (!isList) uses.push([...others, long, '1', long, '1'], [...others, `${long}=1`, long, '1']);
  }
  return uses;
}

describe('wrong usage', () => {
  it('of any command ends with 64, a code, a hint and nothing written', () => {
    const place = new Workplace();
    try {
      const uses = COMMANDS.flatMap(wrongUses).flatMap((args) => [args, [...args, '--json']]);
      const program = join(process.cwd(), 'dist', 'cli', 'program.js');
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', MANY, program], {
        cwd: place.folder,
        encoding: 'utf8',
        input: JSON.stringify(uses),
        maxBuffer: 64 * 1024 * 1024,
      });
      const said = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Said);
      expect(said, stderr).to.have.length(uses.length);
      for (const { args, status, ...words } of said) {
        const story = `${args.join(' ')}: ${JSON.stringify(words)}`;
        expect(words.stderr, story).to.match(/^error: USAGE [^\n]+\nhint: [^\n]+\n$/);
        expect(status, story).to.equal(64);
        if (!args.includes('--json')) expect(words.stdout, story).to.equal('');
        else expect(JSON.parse(words.stdout).error, story).to.include({ code: 'USAGE' });
      }
      expect(readdirSync(place.folder)).to.deep.equal([]);
    } finally {
      place.remove();
    }
  }).timeout(60_000);
});
