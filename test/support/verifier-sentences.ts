// Every sentence that a step of the verifier can say, made from its source: what stands in the
// place of a value is a value of some kind, and what a part of core says of malformed input is a
// word of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const FOLDER = join(process.cwd(), 'gateway/evidence');
const SAID_BY_CORE = 'it is not as it must be';

/** Names of functions that make a finding, by what they say of their first argument. */
const MAKERS: Readonly<Record<string, (first: string) => string>> = {
  ok: (first) => first,
  failed: (first) => first,
  notChecked: (first) => first,
  needs: (first) => `Not checked, because step ${first} did not succeed.`,
  newer: (first) => `${first} is newer than this verifier.`,
  attempt: (first) => `${first}: ${SAID_BY_CORE}.`,
  findFault: (first) => `${first}: ${SAID_BY_CORE}.`,
};

/** Values by what their expression is called; numbers for all others. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/^pinned$/, ''],
  [/^end$/, 'up to 2026-11-01T08:00:00.000Z'],
  [/NO_DOCUMENT/, 'an access event'],
  [/mspId|organisation|stranger|missing|endorser/i, 'HospitalMSP'],
  [/origin|\.log$/i, 'hospital.example/archive'],
  [/wanted|attestation\.type/, 'embedded/1'],
  [/late|formatTime|until/, '2026-11-01T08:00:00.000Z'],
  [/wrong|compared|where/, 'size'],
  [/kind/i, 'patient'],
  [/act$/, 'access'],
  [/root/i, 'ab12'],
];

/** Found out for another sentence, and never said. */
const UNSAID: readonly string[] = ['The act', 'The request'];

/** Sentences whose parts are put together elsewhere are driven by the vectors. */
const PUT_TOGETHER =
  /^(`It \$|who$|sentence$|what$|describe|pinned|`\$\{(said|what|who|attesting|read|whose)\b)/;

function fill(node: ts.Expression, source: ts.SourceFile): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  const spans = node.templateSpans.map(({ expression, literal }) => {
    const name = expression.getText(source);
    const value = VALUES.find(([pattern]) => pattern.test(name))?.[1] ?? '7';
    return value + literal.text;
  });
  return node.head.text + spans.join('');
}

export interface SourceSentences {
  readonly sentences: readonly string[];
  /** Expressions that are put together from parts. */
  readonly others: readonly string[];
}

/** Of the files of gateway/evidence that judge evidence. */
export function sentencesOfSource(): SourceSentences {
  const sentences = new Set<string>();
  const others = new Set<string>();
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.ts'))) {
    if (name === 'steps.ts' || name === 'trust.ts' || name === 'evidence-file.ts') continue;
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
        const say = MAKERS[node.expression.text];
        const [first] = node.arguments;
        if (say !== undefined && first !== undefined) {
          const filled = fill(first, source);
          if (filled !== undefined && UNSAID.includes(filled)) return;
          if (filled === undefined || PUT_TOGETHER.test(first.getText(source))) {
            others.add(`${name}: ${first.getText(source)}`);
          } else sentences.add(say(filled));
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { sentences: [...sentences], others: [...others] };
}
