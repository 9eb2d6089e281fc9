import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import ts from 'typescript';
import { ERROR_CODES } from '../chaincode/core/errors.js';
import { madeCodes } from './support/made-codes.js';
import { listFiles, nodesOf, readSources, type SourceFile } from './support/source-files.js';

const MAX_LINES = 300;
const MAX_COLUMNS = 100;
const MAX_FUNCTION_LINES = 70;

/** The first that fits names the layer of a path. */
const LAYERS: readonly (readonly [name: string, path: RegExp])[] = [
  ['core', /^chaincode\/core\//],
  ['contract', /^chaincode\//],
  ['evidence', /^gateway\/evidence\//],
  ['web', /^gateway\/web\//],
  ['gateway', /^gateway\//],
  ['cli', /^cli\//],
  ['network', /^network\//],
  ['scripts', /^scripts\//],
  ['test', /^test\//],
];

/** Arrows: what each layer may import. Scripts make vectors with what tests check them with. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  contract: ['contract', 'core'],
  evidence: ['evidence', 'core'],
  web: ['web', 'evidence', 'core'],
  gateway: ['gateway', 'evidence', 'core'],
  network: ['network', 'core'],
  cli: ['cli', 'gateway', 'evidence', 'network', 'core'],
  scripts: ['scripts', 'test', 'cli', 'gateway', 'evidence', 'network', 'contract', 'core'],
  test: ['test', 'scripts', 'cli', 'gateway', 'web', 'evidence', 'network', 'contract', 'core'],
};

/** The only file of the gateway that may import the contract, without the part that is Fabric's. */
const EXECUTOR = 'gateway/ledger/embedded/executor.ts';
const FABRIC_CONTRACT = 'chaincode/contract/chartseal-contract.ts';

/** Run by name, not imported: by npm, by mocha, by a peer, by the page's build. */
const ENTRY_POINTS: readonly RegExp[] = [
  /\.test\.ts$/,
  /^cli\/(chartseal\.mjs|main\.ts)$/,
  /^scripts\/[^/]+$/,
  /^chaincode\/index\.ts$/,
  /^chaincode\/core\/platform\/browser\.ts$/,
  /^gateway\/web\/(pages\/[^/]+|worker\/main)\.ts$/,
  /^test\/fault\/[^/]+\.ts$/,
];

const layerOf = (path: string) => LAYERS.find(([, pattern]) => pattern.test(path))?.[0] ?? path;

const isText = (node: ts.Node) =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateLiteralToken(node) ||
  ts.isRegularExpressionLiteral(node);

/** Takes the characters of a text off the columns of the lines on which it stands. */
function discount(node: ts.Node, tree: ts.SourceFile, lines: string[], columns: number[]): void {
  const start = tree.getLineAndCharacterOfPosition(node.getStart(tree));
  const end = tree.getLineAndCharacterOfPosition(node.end);
  for (let at = start.line; at <= end.line; at++) {
    const line = lines[at] ?? '';
    const from = at === start.line ? start.character : 0;
    const to = at === end.line ? end.character : line.length;
    columns[at] = (columns[at] ?? 0) - [...line.slice(from, to)].length;
  }
}

describe('the sources', () => {
  let sources: SourceFile[];
  let product: SourceFile[];
  before(() => {
    sources = readSources();
    product = sources.filter(({ path }) => layerOf(path) !== 'test');
    expect(product.length).to.be.above(50);
  });

  /** One line for each import that `isWrong` names. */
  function wrongImports(
    isWrong: (from: SourceFile, target: string, isOurs: boolean, isTypeOnly: boolean) => boolean,
  ): string[] {
    return sources.flatMap((from) =>
      from.imports
        .filter(({ target, isOurs, isTypeOnly }) => isWrong(from, target, isOurs, isTypeOnly))
        .map(({ target }) => `${from.path} -> ${target}`),
    );
  }

  describe('import', () => {
    it('only along the arrows', () => {
      const wrong = wrongImports((from, target, isOurs) => {
        const isRun = from.path === EXECUTOR && target !== FABRIC_CONTRACT;
        const toContract = layerOf(target) === 'contract' && isRun;
        return isOurs && !toContract && !ARROWS[layerOf(from.path)]?.includes(layerOf(target));
      });
      expect(wrong).to.deep.equal([]);
    });

    it('in core no package but @noble, and that only where keys and pages need it', () => {
      const allowed: Readonly<Record<string, RegExp>> = {
        'chaincode/core/platform/browser.ts': /^@noble\//,
        'chaincode/core/platform/node.ts': /^node:crypto$/,
        'chaincode/core/platform/curve-browser.ts': /^@noble\//,
        'chaincode/core/platform/curve-node.ts': /^node:(crypto|module)$/,
      };
      const wrong = wrongImports(
        (from, target, isOurs, isTypeOnly) =>
          !(isOurs || isTypeOnly) &&
          layerOf(from.path) === 'core' &&
          !allowed[from.path]?.test(target),
      );
      expect(wrong).to.deep.equal([]);
    });

    it('in the contract and all that it needs nothing but fabric-contract-api', () => {
      const byPath = new Map(sources.map((source) => [source.path, source]));
      const reached = new Set<string>();
      const packages = new Set<string>();
      const visit = (path: string): void => {
        if (reached.has(path)) return;
        reached.add(path);
        for (const { target, isOurs, isTypeOnly } of byPath.get(path)?.imports ?? []) {
          if (isOurs) visit(target);
          else if (!isTypeOnly) packages.add(target);
        }
      };
      visit('chaincode/index.ts');
      expect([...packages].sort()).to.deep.equal(['fabric-contract-api', 'node:crypto']);
    });

    it('fabric-contract-api in one file, and nowhere else but as a type', () => {
      const wrong = wrongImports(
        (from, target, _isOurs, isTypeOnly) =>
          /^fabric-(contract-api|shim)/.test(target) &&
          !isTypeOnly &&
          !(from.path === FABRIC_CONTRACT || layerOf(from.path) === 'test'),
      );
      expect(wrong).to.deep.equal([]);
    });

    it('in the verifier and the pages no package, no file system, no network', () => {
      const wrong = wrongImports((from, target, isOurs) => {
        const hashesInPieces = from.path === 'gateway/web/worker/file-digest.ts';
        const isPure = ['evidence', 'web'].includes(layerOf(from.path));
        return !isOurs && isPure && !(hashesInPieces && target === '@noble/hashes/sha2.js');
      });
      expect(wrong).to.deep.equal([]);
    });

    it('only what is there', () => {
      const paths = new Set(sources.map(({ path }) => path));
      expect(wrongImports((_from, target, isOurs) => isOurs && !paths.has(target))).to.deep.equal(
        [],
      );
    });
  });

  it('in core know no clock, no chance, no environment', () => {
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.|setTimeout|randomBytes)\b/;
    const core = sources.filter(({ path }) => layerOf(path) === 'core');
    expect(core.filter(({ text }) => impure.test(text)).map(({ path }) => path)).to.deep.equal([]);
  });

  it('are all needed by something', () => {
    const needed = new Set(sources.flatMap(({ imports }) => imports.map(({ target }) => target)));
    const dead = sources
      .map(({ path }) => path)
      .filter((path) => !needed.has(path))
      .filter((path) => !ENTRY_POINTS.some((pattern) => pattern.test(path)));
    expect(dead).to.deep.equal([]);
  });

  it('make every error code that the table lists, and not only name it', () => {
    const program = product.filter(({ path }) => !['scripts', 'web'].includes(layerOf(path)));
    const made = madeCodes(program);
    const unused = Object.keys(ERROR_CODES).filter((code) => !made.has(code));
    expect(unused).to.deep.equal([]);
  });

  it(`have at most ${MAX_LINES} lines`, () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(long).to.deep.equal([]);
  });

  it(`have at most ${MAX_COLUMNS} columns, texts that cannot be broken not counted`, () => {
    const wide = sources.flatMap(({ path, text, tree }) => {
      const lines = text.split('\n');
      const columns = lines.map((line) => [...line].length);
      if (columns.every((count) => count <= MAX_COLUMNS)) return [];
      for (const node of nodesOf(tree)) if (isText(node)) discount(node, tree, lines, columns);
      return columns.flatMap((count, at) => (count > MAX_COLUMNS ? [`${path}:${at + 1}`] : []));
    });
    expect(wide).to.deep.equal([]);
  });

  it(`have functions of at most ${MAX_FUNCTION_LINES} lines`, () => {
    const long: string[] = [];
    for (const { path, tree } of product) {
      for (const node of nodesOf(tree)) {
        if (!ts.isFunctionLike(node)) continue;
        const line = (at: number) => tree.getLineAndCharacterOfPosition(at).line;
        const lines = line(node.end) - line(node.getStart(tree)) + 1;
        if (lines > MAX_FUNCTION_LINES) long.push(`${path}:${line(node.pos) + 1} ${lines}`);
      }
    }
    expect(long).to.deep.equal([]);
  });

  it('have kebab-case names and say at their head what they own', () => {
    const misnamed = sources
      .map(({ path }) => path)
      .filter(
        (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.(ts|tsx|mjs|cjs)$/.test(basename(path)),
      );
    expect(misnamed).to.deep.equal([]);
    const silent = sources
      .filter(({ path, text }) => !path.endsWith('.test.ts') && !/^(#!.*\n)?\/\/ \S/.test(text))
      .map(({ path }) => path);
    expect(silent).to.deep.equal([]);
  });

  it('hold no reminder, no silenced check, no default export, no forgotten print', () => {
    // Written so that this file does not hold what it looks for.
    const marks = ['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK', '@ts-' + 'ignore', 'biome-' + 'ignore'];
    marks.push('@ts-' + 'expect-error', 'export ' + 'default', 'console' + '.', 'debug' + 'ger;');
    const found = sources.flatMap(({ path, text }) =>
      marks.filter((mark) => text.includes(mark)).map((mark) => `${path}: ${mark}`),
    );
    expect(found).to.deep.equal([]);
  });

  it('make no folder with its parents by a call that never ends where none can be made', () => {
    const recursive = /\bmkdir(Sync)?\([^;]*\brecursive: true/;
    const found = product.filter(
      ({ path, text }) => layerOf(path) !== 'scripts' && recursive.test(text),
    );
    expect(found.map(({ path }) => path)).to.deep.equal([]);
  });

  it('swallow no error in an empty catch', () => {
    const empty = sources.filter(({ tree }) =>
      [...nodesOf(tree)].some(
        (node) => ts.isCatchClause(node) && node.block.statements.length === 0,
      ),
    );
    expect(empty.map(({ path }) => path)).to.deep.equal([]);
  });

  it('name no path of a machine and no registry, and neither do the documents', () => {
    const places = /\/wo[r]k\/|\/home\/[a-z]|registry\.n[p]mjs|proxy\.go[l]ang/;
    const texts = listFiles().filter((path) => !/\.(png|ico|woff2?)$/.test(path));
    expect(texts.filter((path) => places.test(readFileSync(path, 'utf8')))).to.deep.equal([]);
  });
});
