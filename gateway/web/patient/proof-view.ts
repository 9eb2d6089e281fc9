// What the check of a list found, in words: the verdict, each step, what it rests on, what it does
// not prove, and the files to keep.
import type { Language } from '../text/language.js';
import { PATIENT } from '../text/patient.js';
import type { ProofTexts } from '../text/proof.js';
import { SIGNS } from '../text/signs.js';
import { findingText, statementText } from '../verify/texts.js';
import { fingerprintGroups } from '../verify/trust-panel.js';
import { type Child, element } from '../view/dom.js';
import { mark, type Tone } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import { BARE_HISTORY_PATH, HISTORY_PATH, type Outcome, type Proof, TRUST_PATH } from './check.js';
import { fold } from './pieces.js';

const GOOD: readonly Outcome[] = ['complete', 'partly', 'nobody'];

const isGood = ({ outcome }: Proof): boolean => GOOD.includes(outcome);

/** The verdict in one sentence. */
export function proofSentence(proof: Proof, language: Language): string {
  const texts = PATIENT[language].proof;
  const { verification, differing, outcome, isBare } = proof;
  const { events, notShown, completeUpTo } = verification;
  // A verdict that has no such moment says none.
  const moment = completeUpTo === undefined ? '' : formatMoment(completeUpTo, language);
  const sentences: Readonly<Record<Outcome, () => string>> = {
    complete: () => texts.complete(events.length, moment),
    partly: () =>
      isBare ? texts.bare(events.length, moment) : texts.partly(events.length, notShown, moment),
    nobody: () => texts.nobody(moment),
    incomplete: () => texts.incomplete,
    'not proven': () => texts.notProven,
    'not checked': () => texts.notChecked,
    'other file': () => texts.otherFile,
    differs: () => (isBare ? texts.differsBare(differing) : texts.differs(differing)),
  };
  return sentences[outcome]();
}

const TONES: Readonly<Record<string, Tone>> = { OK: 'good', FAILED: 'bad' };

function stepList(
  { verification, isSingle }: Proof,
  texts: ProofTexts,
  language: Language,
): HTMLElement {
  const names = isSingle ? { ...texts.step, ...texts.stepOfSingle } : texts.step;
  const items = verification.steps.map(({ step, status, sentence }) =>
    element(
      'li',
      { 'data-step': step, 'data-status': status },
      mark(TONES[status] ?? 'open', texts.status[status] ?? status),
      `${SIGNS[language].colon}${names[step] ?? step}`,
      status !== 'OK' && element('p', { class: 'hint' }, findingText(sentence, language)),
    ),
  );
  const isOpen = verification.exitCode !== 0;
  return fold({
    key: isOpen ? 'steps-not-all-good' : 'steps',
    attributes: { id: 'steps' },
    summary: [texts.steps],
    isOpen,
    content: () => [element('ol', {}, ...items)],
  });
}

function restsOn(
  { verification, isSingle }: Proof,
  texts: ProofTexts,
  language: Language,
): Child[] {
  const statements = verification.statements.map((one) =>
    element('li', {}, statementText(one, language)),
  );
  return [
    element('h3', {}, texts.rests),
    isSingle && element('p', {}, texts.single),
    element('p', {}, texts.restsText),
    element('p', { class: 'label' }, texts.fingerprint),
    fingerprintGroups(verification.fingerprint),
    fold({
      key: 'rests-on',
      summary: [texts.more],
      content: () => [element('ul', {}, ...statements)],
    }),
  ];
}

function keepSection(texts: ProofTexts, hasVerifyPage: boolean, isBare: boolean): Child[] {
  const link = (href: string, download: string, text: string) =>
    element('li', {}, element('a', { href, download }, text));
  return [
    element('h3', {}, texts.keep),
    element('p', {}, texts.keepText),
    isBare && element('p', {}, texts.keepBare),
    element(
      'ul',
      {},
      link(isBare ? BARE_HISTORY_PATH : HISTORY_PATH, 'access-history.json', texts.history),
      link(TRUST_PATH, 'trust.json', texts.trust),
      hasVerifyPage && link('/verify.html', 'verify.html', texts.page),
    ),
  ];
}

export interface ProofPanel {
  readonly asOf: string;
  /** Entries in the list, as the gateway says. */
  readonly count: number;
  readonly proof: Proof | undefined;
  readonly isWorking: boolean;
  /** How far it is. */
  readonly meter: HTMLElement;
  /** What went wrong, in words. */
  readonly problem: string | undefined;
  /** Words of a link, where signing in again helps. */
  readonly signIn: string | undefined;
  readonly hasVerifyPage: boolean;
  readonly check: () => void;
}

export function proofSection(panel: ProofPanel, language: Language): HTMLElement {
  const texts = PATIENT[language].proof;
  const { asOf, count, proof, isWorking, problem, check, hasVerifyPage } = panel;
  const moment = formatMoment(asOf, language);
  const claim = count === 0 ? texts.claimNobody(moment) : texts.claim(moment);
  const kind = proof === undefined ? '' : isGood(proof) ? 'is-good' : 'is-bad';
  const verdict =
    proof !== undefined &&
    element(
      'p',
      { id: 'verdict', 'data-outcome': proof.outcome },
      mark(isGood(proof) ? 'good' : 'bad', proofSentence(proof, language)),
    );
  const button = element(
    'button',
    {
      type: 'button',
      id: 'check',
      class: 'main no-print',
      'aria-disabled': isWorking ? 'true' : undefined,
      on: { click: check },
    },
    proof === undefined ? texts.check : texts.again,
  );
  return element(
    'section',
    { class: `panel ${kind}`, id: 'proof', 'aria-labelledby': 'proof-title' },
    element('h2', { id: 'proof-title' }, texts.title),
    ...(proof === undefined
      ? [element('p', {}, claim), element('p', {}, texts.how)]
      : [
          verdict,
          (proof.proven?.length ?? 0) > 0 && element('p', {}, texts.shownIsProven),
          proof.isBare && element('p', { id: 'bare' }, texts.bareText),
        ]),
    isWorking && element('p', {}, texts.working),
    panel.meter,
    problem !== undefined &&
      element(
        'p',
        { class: 'is-open', id: 'proof-problem' },
        problem,
        panel.signIn !== undefined && ' ',
        panel.signIn !== undefined && element('a', { href: '/' }, panel.signIn),
      ),
    element('div', { class: 'actions' }, button),
    ...(proof === undefined
      ? []
      : [stepList(proof, texts, language), ...restsOn(proof, texts, language)]),
    element('h3', {}, texts.not),
    element('ul', {}, ...texts.notText.map((one) => element('li', {}, one))),
    ...keepSection(texts, hasVerifyPage, proof?.isBare === true),
  );
}
