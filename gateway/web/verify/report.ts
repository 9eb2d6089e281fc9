// The report of a verification: printed from the page, or saved as data. Made here, sent nowhere.
import type { Language } from '../text/language.js';
import { type Child, element, fact } from '../view/dom.js';
import type { Desk } from './desk.js';
import { compareFingerprint } from './fingerprint.js';
import { moment } from './moments.js';
import { verifyTexts } from './texts.js';

/** Of the program, put here by the build. */
declare const VERSION: string;

export const TOOL = `Chartseal ${VERSION}`;

/** Offers the text as a file. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  element('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

const stamp = (time: string) => time.slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

/** The same of the same files but for `checkedAt`. */
function reportData(desk: Desk, typed: string, checkedAt: string): string {
  const fingerprint = desk.trust?.facts?.fingerprint ?? '';
  const items = desk.items.map(({ name, digest, document, outcome }) => ({
    name,
    ...(digest === undefined ? {} : { digest: `sha256:${digest}`, size: document?.file.size }),
    ...outcome,
  }));
  const report = {
    report: 'chartseal verification',
    tool: TOOL,
    checkedAt,
    ...(desk.asOf === undefined ? {} : { asOf: new Date(desk.asOf).toISOString() }),
    trust: {
      file: desk.trust?.name,
      fingerprint: `sha256:${fingerprint}`,
      compared: compareFingerprint(typed, fingerprint).kind === 'equal',
    },
    items,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** Stands on paper only, above what the page shows. */
export function reportHead(desk: Desk, typed: string, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const fingerprint = desk.trust?.facts?.fingerprint ?? '';
  const isEqual = compareFingerprint(typed, fingerprint).kind === 'equal';
  const facts: [string, Child][] = [
    [texts.checkedAt, moment(new Date().toISOString())],
    [texts.tool, TOOL],
    [texts.compared, isEqual ? texts.yes : texts.no],
  ];
  if (desk.asOf !== undefined) {
    facts.push([texts.asked.asked, moment(new Date(desk.asOf).toISOString())]);
  }
  const rows = facts.flatMap(([name, value]) => fact(name, value));
  return element(
    'div',
    { id: 'report-head', class: 'print-only' },
    element('p', { class: 'report-title' }, texts.verificationReport),
    element('dl', { class: 'facts' }, ...rows),
  );
}

export function reportPanel(desk: Desk, typed: () => string, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  const save = () => {
    const checkedAt = new Date().toISOString();
    saveFile(`verification-${stamp(checkedAt)}.json`, reportData(desk, typed(), checkedAt));
  };
  return element(
    'section',
    { class: 'panel' },
    element('h2', { class: 'no-print' }, texts.reportTitle),
    element('p', { class: 'no-print' }, texts.reportIntro),
    element(
      'div',
      { class: 'actions no-print' },
      element(
        'button',
        { type: 'button', id: 'print', on: { click: () => window.print() } },
        texts.print,
      ),
      element('button', { type: 'button', id: 'save', on: { click: save } }, texts.save),
    ),
    element('p', { class: 'print-only signature' }, texts.signature),
  );
}
