import { expect } from 'chai';
import ts from 'typescript';
import { madeCodes } from './support/made-codes.js';

function codesOf(...texts: readonly string[]): readonly string[] {
  const sources = texts.map((text, at) => {
    const path = `${at}.ts`;
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    return { path, text, tree, imports: [] };
  });
  return [...madeCodes(sources)].sort();
}

describe('codes that a program makes', () => {
  it('are those of errors that it creates, whichever it then chooses', () => {
    expect(codesOf("throw new ChartsealError('A', 'text');")).to.deep.equal(['A']);
    const choice = "throw new ChartsealError(isGone ? 'A' : known ?? 'B', 'text');";
    expect(codesOf(choice)).to.deep.equal(['A', 'B']);
  });

  it('are those that it gives to what creates errors, also in another file', () => {
    const fail = 'export function fail(text, code) { throw new ChartsealError(code, text); }';
    expect(codesOf("fail('text', 'A');", fail)).to.deep.equal(['A']);
    const far = 'const give = (code) => fail("text", code);';
    expect(codesOf("this.give('A');", far, fail)).to.deep.equal(['A']);
    const derived =
      'class Alarm extends ChartsealError { constructor(code) { super(code, "text"); } }';
    expect(codesOf(derived, "throw new Alarm('A');")).to.deep.equal(['A']);
    const other = 'class Other extends Base { constructor(code) { super(code, "text"); } }';
    expect(codesOf(other, "throw new Other('A');")).to.deep.equal([]);
  });

  it('are those of a table that says which failure has which code', () => {
    const table = "const FAILURES: Record<string, [ErrorCode, string?]> = { locked: ['A', 'B'] };";
    expect(codesOf(table)).to.deep.equal(['A']);
    expect(codesOf("const FAILURES: Record<string, ErrorCode> = { locked: 'A' };")).to.deep.equal([
      'A',
    ]);
  });

  it('are none of those that it only names', () => {
    for (const text of [
      "const ROUTE = { refusals: ['A'] };",
      "const KEPT: readonly ErrorCode[] = ['A'];",
      "if (error.code === 'A') throw error;",
      "const isKnown = KEPT.has('A');",
      "const TEXTS = { A: 'A' };",
      "// new ChartsealError('A', 'text')",
      "function show(code) { return new Line(code); } show('A');",
    ]) {
      expect(codesOf(text), text).to.deep.equal([]);
    }
  });
});
