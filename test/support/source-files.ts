// The sources of this repository as the compiler's parser sees them, for tests that read code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';

const FOLDERS = ['chaincode', 'gateway', 'cli', 'network', 'scripts', 'test'];
const SOURCE = /\.(ts|tsx|mjs|cjs)$/;

export interface SourceImport {
  /** Path in the repository, or the name of a package or of a part of Node. */
  readonly target: string;
  readonly isOurs: boolean;
  /** Leaves no trace in the compiled file. */
  readonly isTypeOnly: boolean;
}

export interface SourceFile {
  /** Path in the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly SourceImport[];
}

/** Every node of the file, in the order of the text. */
export function* nodesOf(tree: ts.SourceFile): Generator<ts.Node> {
  const stack: ts.Node[] = [tree];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => void children.push(child));
    stack.push(...children.reverse());
  }
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.every((element) => element.isTypeOnly);
}

/** What one node imports: a statement, `import(…)`, `require(…)`, a type, a thread's file. */
function importOf(node: ts.Node): { name: string; typeOnly: boolean } | undefined {
  const text = (from: ts.Node | undefined) =>
    from !== undefined && ts.isStringLiteralLike(from) ? from.text : undefined;
  const named = (from: ts.Node | undefined, typeOnly = false) => {
    const name = text(from);
    return name === undefined ? undefined : { name, typeOnly };
  };
  if (ts.isImportDeclaration(node))
    return named(node.moduleSpecifier, isTypeOnly(node.importClause));
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return named(node.argument.literal, true);
  }
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const isRequire = ts.isIdentifier(called) && called.text === 'require';
  if (called.kind === ts.SyntaxKind.ImportKeyword || isRequire) return named(node.arguments[0]);
  const [folder, file] = node.arguments;
  const isBeside = folder !== undefined && ts.isIdentifier(folder) && folder.text === '__dirname';
  const name = text(file);
  if (!isBeside || name === undefined || !name.endsWith('.js')) return undefined;
  return { name: `./${name}`, typeOnly: false };
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const imports: SourceImport[] = [];
  for (const node of nodesOf(tree)) {
    const found = importOf(node);
    if (found === undefined) continue;
    const isOurs = found.name.startsWith('.');
    const target = isOurs ? join(dirname(path), found.name).replace(/\.js$/, '.ts') : found.name;
    imports.push({ target, isOurs, isTypeOnly: found.typeOnly });
  }
  return { path, text, tree, imports };
}

/** Paths of all files that the repository holds, whether git is there or not. */
export function listFiles(): string[] {
  const root = readdirSync('.', { withFileTypes: true }).filter((entry) => entry.isFile());
  const below = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return [...root.map(({ name }) => name), ...below].filter(
    (path) => !path.includes('node_modules/'),
  );
}

/** All sources below the top-level folders. */
export function readSources(): SourceFile[] {
  return listFiles()
    .filter((path) => SOURCE.test(path))
    .map(readSource);
}
