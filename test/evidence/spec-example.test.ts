import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ACTS } from '../../chaincode/core/lifecycle.js';

const spec = readFileSync(join(process.cwd(), 'chaincode/SPEC.md'), 'utf8');

describe('chaincode/SPEC.md', () => {
  it('has the worked example that scripts/spec-example prints', () => {
    const script = join(__dirname, '../../scripts/spec-example.js');
    const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });
    const [, rest = ''] = spec.split('<!-- example:begin -->\n');
    const [example] = rest.split('<!-- example:end -->');
    expect(example).to.equal(printed);
    expect(printed).to.include('verdict: unchanged (exit code 0)');
    expect(printed).to.include('verdict: complete (exit code 0)');
  });

  it('lists every act with its code', () => {
    const rows = spec
      .split('\n')
      .filter((line) => /^\| [a-z, -]+ \| [0-9A-F, ]+ \|/.test(line))
      .flatMap((line) => {
        const [, names = '', codes = ''] = line.split('|').map((cell) => cell.trim());
        const listed = codes.split(', ');
        return names.split(', ').map((name, at) => [name, Number.parseInt(listed[at] ?? '', 16)]);
      });
    expect(Object.fromEntries(rows)).to.deep.equal({ ...ACTS });
  });
});
