import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { ERROR_CODES } from '../chaincode/core/errors.js';

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** What it imports: packages by name, own files by path. */
  readonly imports: readonly string[];
}

const IMPORT = /(?:from|import|require\()\s*'([^']+)'/g;

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, name]) => {
    const target = name as string;
    return target.startsWith('.')
      ? normalize(join(dirname(path), target)).replace(/\.js$/, '.ts')
      : target;
  });
  return { path, text, imports };
}

/** Files that git tracks or would track. */
function listFiles(...patterns: string[]): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...patterns];
  return execFileSync('git', args, { encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '')
    .sort();
}

const all = listFiles('*.ts', '*.mjs', '*.cjs').map(readSource);
const product = all.filter(({ path }) => /^(chaincode|gateway|cli|network)\//.test(path));

const isPackage = (name: string) => !name.includes('/') || /^(@|node:)/.test(name);
const isOwn = (name: string) => /^(chaincode|gateway|cli|network|scripts|test)\//.test(name);

/** Faults as `file → import`, so that a failure says where to look. */
function arrows(from: RegExp, forbidden: (name: string, path: string) => boolean): string[] {
  return product
    .filter(({ path }) => from.test(path))
    .flatMap(({ path, imports }) =>
      imports.filter((name) => forbidden(name, path)).map((name) => `${path} → ${name}`),
    );
}

describe('the house', () => {
  it('has arrows that point one way: cli → gateway → contract → core', () => {
    expect(
      arrows(/^chaincode\/core\//, (name) => isOwn(name) && !/^chaincode\/core\//.test(name)),
    ).to.deep.equal([]);
    expect(
      arrows(/^chaincode\//, (name) => isOwn(name) && !/^chaincode\//.test(name)),
    ).to.deep.equal([]);
    expect(arrows(/^gateway\//, (name) => isOwn(name) && !/^(gateway|chaincode)\//.test(name))).to
      .be.empty;
    expect(
      arrows(/^network\//, (name) => isOwn(name) && !/^(network|chaincode\/core)\//.test(name)),
    ).to.deep.equal([]);
    expect(arrows(/./, (name) => /^(scripts|test)\//.test(name))).to.deep.equal([]);
  });

  it('keeps the core pure: no package but @noble, node only behind core/platform', () => {
    const allowed = (name: string, path: string) =>
      (name.startsWith('@noble/') && /core\/(vrf|platform\/browser)\.ts$/.test(path)) ||
      (name === 'node:crypto' && path === 'chaincode/core/platform/node.ts');
    const outside = (name: string, path: string) => isPackage(name) && !allowed(name, path);
    expect(arrows(/^chaincode\/core\//, outside)).to.deep.equal([]);
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.env|setTimeout)\b/;
    const core = product.filter(({ path }) => path.startsWith('chaincode/core/'));
    expect(core.filter(({ text }) => impure.test(text)).map(({ path }) => path)).to.deep.equal([]);
  });

  it('keeps evidence free of files, clocks and node', () => {
    const outside = (name: string) =>
      isPackage(name) || (isOwn(name) && !/^(gateway\/evidence|chaincode\/core)\//.test(name));
    expect(arrows(/^gateway\/evidence\//, outside)).to.deep.equal([]);
  });

  it('lets only the loader of the embedded engine import the contract', () => {
    const contract = (name: string) => /^chaincode\/(contract\/|index)/.test(name);
    const importers = product
      .filter(({ path, imports }) => !path.startsWith('chaincode/') && imports.some(contract))
      .map(({ path }) => path);
    expect(importers).to.deep.equal(['gateway/ledger/embedded/contract-loader.ts']);
    const fabric = all
      .filter(({ path }) => /^(gateway|cli|chaincode)\//.test(path))
      .filter(({ path }) => !/^chaincode\/contract\/|-loader\.ts$/.test(path))
      // Types cost nothing at run time.
      .filter(({ text }) => /^(?!import type ).*'fabric-[a-z-]+'/m.test(text))
      .map(({ path }) => path);
    expect(fabric).to.deep.equal([]);
  });

  it('has files of at most 300 lines, with lines of at most 100 columns', () => {
    const long = all.filter(({ text }) => text.split('\n').length > 301);
    expect(long.map(({ path }) => path)).to.deep.equal([]);
    // Paths, patterns and quoted vectors cannot be broken; code can.
    const wide = product.flatMap(({ path, text }) =>
      text
        .split('\n')
        .map((line, at) => ({ at: `${path}:${at + 1}`, line }))
        .filter(({ line }) => [...line].length > 100 && !/['"`/]/.test(line)),
    );
    expect(wide.map(({ at }) => at)).to.deep.equal([]);
  });

  it('names files in kebab case and has no file that nothing imports', () => {
    const odd = all.filter(({ path }) => !/\/?[a-z0-9]+([-.][a-z0-9]+)*\.(ts|mjs|cjs)$/.test(path));
    expect(odd.map(({ path }) => path)).to.deep.equal([]);
    const imported = new Set(all.flatMap(({ imports }) => imports));
    const loaded = [
      /^cli\/main\.ts$/,
      /^chaincode\/index\.ts$/,
      /worker\.ts$/,
      /platform\/browser\.ts$/,
    ];
    const dead = product
      .map(({ path }) => path)
      .filter((path) => !imported.has(path) && !path.endsWith('.mjs'))
      .filter((path) => !loaded.some((pattern) => pattern.test(path)));
    expect(dead).to.deep.equal([]);
  });

  it('leaves no reminders, silenced checks or empty catches', () => {
    const words = ['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'biome-' + 'ignore', '@ts-' + 'ignore'];
    const pattern = new RegExp(`\\b(${words.join('|')})\\b|catch\\s*(\\([^)]*\\))?\\s*\\{\\s*\\}`);
    expect(all.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).to.deep.equal([]);
  });

  it('gives every error code a use', () => {
    const unused = Object.keys(ERROR_CODES).filter((code) => {
      const quoted = new RegExp(`'${code}'`);
      return !product.some(
        ({ path, text }) => path !== 'chaincode/core/errors.ts' && quoted.test(text),
      );
    });
    expect(unused).to.deep.equal([]);
  });

  it('names no path of a machine and no registry', () => {
    const hosts = ['registry\\.npm' + 'js', 'proxy\\.go' + 'lang', '/wo' + 'rk/', '/home/[a-z]'];
    const pattern = new RegExp(hosts.join('|'));
    const texts = listFiles().filter((path) => !/\.(png|ico|woff2?)$/.test(path));
    expect(texts.filter((path) => pattern.test(readFileSync(path, 'utf8')))).to.deep.equal([]);
  });
});
