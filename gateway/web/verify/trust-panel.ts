// The trust file: what it says, and the comparison of its fingerprint with what somebody told.
import type { Language } from '../text/language.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, fact, foreign, replaceChildren } from '../view/dom.js';
import { mark } from '../view/mark.js';
import type { TrustFacts } from '../worker/protocol.js';
import type { TrustState } from './desk.js';
import { type Comparison, compareFingerprint } from './fingerprint.js';
import { verifyTexts } from './texts.js';

/** In groups of four, as one reads them out. */
export function fingerprintGroups(hex: string): HTMLElement {
  const groups = hex.match(/.{4}/g) ?? [];
  const spans = groups.flatMap((group, at) => [
    at === 0 ? '' : ' ',
    element('span', { class: 'group' }, group),
  ]);
  return element('div', { class: 'fingerprint mono', translate: 'no' }, ...spans);
}

function comparisonText(comparison: Comparison, language: Language): Child {
  const texts = verifyTexts(language);
  switch (comparison.kind) {
    case 'equal':
      return mark('good', texts.compareEqual);
    case 'different':
      return mark('bad', texts.compareDifferent(comparison.group));
    case 'short':
      return element('span', { class: 'soft' }, texts.compareShort(comparison.given));
    case 'none':
      return mark('open', texts.notCompared);
  }
}

export interface CompareState {
  readonly typed: string;
  readonly type: (typed: string) => void;
}

function comparePanel(fingerprint: string, state: CompareState, language: Language): Child {
  const texts = verifyTexts(language);
  const outcome = (typed: string) =>
    comparisonText(compareFingerprint(typed, fingerprint), language);
  const output = element('p', { id: 'compare-outcome', role: 'status' }, outcome(state.typed));
  const input = element('input', {
    id: 'compare',
    type: 'text',
    class: 'mono',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'compare-hint compare-outcome',
    on: {
      input: () => {
        state.type(input.value);
        replaceChildren(output, outcome(input.value));
      },
    },
  });
  input.value = state.typed;
  return element(
    'div',
    { class: 'compare' },
    element('label', { for: 'compare', class: 'no-print' }, texts.compareLabel),
    element('div', { class: 'no-print' }, input),
    element('p', { id: 'compare-hint', class: 'hint no-print' }, texts.compareHint),
    output,
  );
}

function trustFacts({ file }: TrustFacts, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const { organisations, policy, logs, ordering } = file;
  const names = organisations.map(({ mspId }) => mspId).join(', ');
  const must = texts.mustAttestValue(policy.k, organisations.length, policy.required);
  const rows: [string, string][] = [
    [texts.organisations, names],
    [texts.mustAttest, must],
    [texts.ledger, texts.ledgerKinds[ordering]],
    [texts.logs, logs.map(({ origin }) => origin).join(', ')],
  ];
  const cells = rows.flatMap(([name, value]) => fact(name, foreign(value)));
  return element('dl', { class: 'facts' }, ...cells);
}

export function trustPanel(
  trust: TrustState,
  compare: CompareState,
  language: Language,
): HTMLElement {
  const texts = verifyTexts(language);
  const { facts, refusal, name, other } = trust;
  const title = element('h2', {}, texts.trustTitle, SIGNS[language].colon, foreign(name));
  if (facts === undefined) {
    return element(
      'section',
      { class: 'panel is-bad', id: 'trust' },
      title,
      element('p', {}, mark('bad', other === undefined ? texts.trustRefused : texts.trustTwo)),
      other === undefined
        ? element('p', { lang: 'en' }, foreign(`${refusal?.code ?? ''} ${refusal?.message ?? ''}`))
        : element('p', {}, foreign(`${other}, ${name}`)),
    );
  }
  return element(
    'section',
    { class: 'panel', id: 'trust' },
    title,
    element('p', {}, texts.trustIntro),
    element('p', { class: 'label' }, texts.fingerprint),
    fingerprintGroups(facts.fingerprint),
    comparePanel(facts.fingerprint, compare, language),
    trustFacts(facts, language),
  );
}
