// What a peer must have to run the contract: our own files, one package, node:crypto.
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect } from 'chai';

const CHAINCODE = join(__dirname, '../../chaincode');
const REQUIRED = /\brequire\("([^"]+)"\)/g;
const IMPORTED = /\bimport\(/;

interface Closure {
  readonly files: Set<string>;
  readonly packages: Set<string>;
}

function walk(file: string, closure: Closure): Closure {
  if (closure.files.has(file)) return closure;
  closure.files.add(file);
  const source = readFileSync(file, 'utf8');
  expect(IMPORTED.test(source), `${file} imports while it runs`).to.equal(false);
  for (const [, name] of source.matchAll(REQUIRED)) {
    if (name === undefined) continue;
    if (name.startsWith('.')) walk(join(dirname(file), name), closure);
    else closure.packages.add(name);
  }
  return closure;
}

describe('import closure of the contract', () => {
  const { files, packages } = walk(join(CHAINCODE, 'index.js'), {
    files: new Set(),
    packages: new Set(),
  });

  it('holds no package but fabric-contract-api and node:crypto', () => {
    expect([...packages].sort()).to.deep.equal(['fabric-contract-api', 'node:crypto']);
  });

  it('stays within the chaincode folder, and has all of the contract', () => {
    const inside = [...files].map((file) => relative(CHAINCODE, file));
    for (const file of inside) expect(file.startsWith(`..${sep}`), file).to.equal(false);
    expect(inside).to.include(join('contract', 'append.js'));
    expect(inside).to.include(join('core', 'lifecycle.js'));
  });
});
