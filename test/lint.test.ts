import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';

describe('the sources as the linter sees them', () => {
  it('are formatted and give no finding', () => {
    const biome = join('node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'check', '.'], {
      encoding: 'utf8',
    });
    expect(status, stdout + stderr).to.equal(0);
  });
});
