// Which error codes a program makes, read from its syntax tree: a code that only stands in a list
// of refusals, in a comparison or in a text is not made.
import ts from 'typescript';
import { nodesOf, type SourceFile } from './source-files.js';

/** A function or class, and which of its parameters is the code of the error that comes of it. */
type Makers = Map<string, number>;

const ERROR_CLASS = 'ChartsealError';

/** Name of what is called, without what it belongs to. */
function nameOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : undefined;
}

/** What is called or made anew here, with the arguments. @param base what `super` stands for */
function calledIn(
  node: ts.Node,
  base?: string,
): { readonly name: string; readonly given: readonly ts.Expression[] } | undefined {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const isSuper = node.expression.kind === ts.SyntaxKind.SuperKeyword;
  const name = isSuper ? base : nameOf(node.expression);
  return name === undefined ? undefined : { name, given: node.arguments ?? [] };
}

/** What a value may be: the branches of a choice, or itself. */
function* choicesOf(value: ts.Expression | undefined): Generator<ts.Expression> {
  if (value === undefined) return;
  if (ts.isConditionalExpression(value)) {
    yield* choicesOf(value.whenTrue);
    yield* choicesOf(value.whenFalse);
  } else if (ts.isParenthesizedExpression(value) || ts.isAsExpression(value)) {
    yield* choicesOf(value.expression);
  } else if (
    ts.isBinaryExpression(value) &&
    value.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
  ) {
    yield* choicesOf(value.left);
    yield* choicesOf(value.right);
  } else {
    yield value;
  }
}

function* nodesBelow(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesBelow(child);
}

/** Name by which a function is called; that of the class for its constructor. */
function functionName(node: ts.SignatureDeclaration): string | undefined {
  const { parent } = node;
  if (ts.isConstructorDeclaration(node) && ts.isClassDeclaration(parent)) return parent.name?.text;
  if (node.name !== undefined) return nameOf(node.name);
  return ts.isVariableDeclaration(parent) ? nameOf(parent.name) : undefined;
}

/** Name of the class that `super(…)` in this constructor makes. */
function baseName({ parent }: ts.SignatureDeclaration): string | undefined {
  if (!ts.isClassDeclaration(parent)) return undefined;
  const base = parent.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  return nameOf(base?.types[0]?.expression);
}

/** Index of the parameter that the function hands on as a code. */
function codeParameter(node: ts.SignatureDeclaration, makers: Makers): number | undefined {
  const names = node.parameters.map(({ name }) => nameOf(name));
  for (const inner of nodesBelow(node)) {
    const called = calledIn(inner, baseName(node));
    const at = called && makers.get(called.name);
    if (at === undefined) continue;
    for (const choice of choicesOf(called?.given[at])) {
      const index = ts.isIdentifier(choice) ? names.indexOf(choice.text) : -1;
      if (index >= 0) return index;
    }
  }
  return undefined;
}

/** All that make errors of a code that they are given, by name. */
function findMakers(sources: readonly SourceFile[]): Makers {
  const makers: Makers = new Map([[ERROR_CLASS, 0]]);
  const functions = sources.flatMap(({ tree }) => [...nodesOf(tree)].filter(ts.isFunctionLike));
  for (let before = 0; before < makers.size; ) {
    before = makers.size;
    for (const node of functions) {
      const name = functionName(node);
      const at = name === undefined || makers.has(name) ? undefined : codeParameter(node, makers);
      if (name !== undefined && at !== undefined) makers.set(name, at);
    }
  }
  return makers;
}

/** Values of a table whose type says that codes stand in it; a list of codes is no table. */
function* tableValues(node: ts.Node): Generator<ts.Expression> {
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return;
  if (!node.type?.getText().includes('ErrorCode')) return;
  if (!ts.isObjectLiteralExpression(node.initializer)) return;
  for (const property of node.initializer.properties) {
    if (!ts.isPropertyAssignment(property)) continue;
    const { initializer } = property;
    const value = ts.isArrayLiteralExpression(initializer) ? initializer.elements[0] : initializer;
    if (value !== undefined) yield value;
  }
}

/** Texts that these sources give to what makes errors, or hold in tables of codes. */
export function madeCodes(sources: readonly SourceFile[]): ReadonlySet<string> {
  const makers = findMakers(sources);
  const made = new Set<string>();
  for (const { tree } of sources) {
    for (const node of nodesOf(tree)) {
      const called = calledIn(node);
      const at = called && makers.get(called.name);
      const given = at === undefined ? [...tableValues(node)] : [called?.given[at]];
      for (const value of given) {
        for (const choice of choicesOf(value)) {
          if (ts.isStringLiteralLike(choice)) made.add(choice.text);
        }
      }
    }
  }
  return made;
}
