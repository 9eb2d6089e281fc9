// The entries of a list: emergency overrides first, then by organisation and unit, each with what
// it says in words. Codes and account names stand behind words, never alone.

import { stepId } from '../inquiries/thread-view.js';
import { actionText, actText, purposeText } from '../text/codes.js';
import type { Language } from '../text/language.js';
import { categoryText, PATIENT, type PatientTexts, roleText } from '../text/patient.js';
import { QUESTIONS } from '../text/questions.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, fact, foreign } from '../view/dom.js';
import { mark } from '../view/mark.js';
import { formatMoment } from '../view/moment.js';
import {
  isAccess,
  isAutomatic,
  isByPerson,
  isLookAtList,
  isOfQuestion,
  type Person,
  type ShownEntry,
  timeOf,
} from './access.js';
import { askButton } from './ask-button.js';
import { FIRST_ITEMS, fold, inPieces } from './pieces.js';

const MAX_OPEN = 20;

const purposeView = (purpose: string | undefined, language: Language): Child =>
  purpose === undefined ? PATIENT[language].noPurpose : foreign(purposeText(purpose, language));

/** The name; the account behind it only where there is room for everything. */
function personText({ id, name }: Person, language: Language, isWhole: boolean): HTMLElement {
  const { open, close } = SIGNS[language];
  if (name === undefined || name === id) return foreign(id);
  if (!isWhole) return foreign(name);
  const account = element('span', { class: 'soft' }, open, foreign(id), close);
  return element('span', {}, foreign(name), account);
}

const signText = (sign: string, texts: PatientTexts): HTMLElement =>
  element('span', { class: 'sign', translate: 'no' }, texts.sign(sign));

function whoText(
  { actor, role, person }: ShownEntry,
  language: Language,
  isWhole: boolean,
): HTMLElement {
  const texts = PATIENT[language];
  const sign =
    person === undefined ? element('em', {}, texts.noName) : signText(person.pseudonym, texts);
  const parts: Child[] = [
    actor === undefined ? sign : personText(actor, language, isWhole),
    ...(role === undefined ? [] : [SIGNS[language].comma, foreign(roleText(role, language))]),
  ];
  if (actor?.onBehalfOf !== undefined) {
    parts.push(` ${texts.onBehalfOf} `, personText(actor.onBehalfOf, language, isWhole));
  }
  if (actor === undefined && person?.onBehalfOf !== undefined) {
    parts.push(` ${texts.onBehalfOf} `, signText(person.onBehalfOf, texts));
  }
  return element('span', {}, ...parts);
}

const joined = (items: readonly Child[], between: string): Child[] =>
  items.flatMap((item, at) => (at === 0 ? [item] : [between, item]));

/** All that an access says, as terms with their values. */
export function accessFacts(entry: ShownEntry, language: Language): Child[] {
  const texts = PATIENT[language];
  const signs = SIGNS[language];
  const { organisation = '', unit, purpose, records = [], category, client } = entry;
  const { action = '', outcome = 'success', source, justification } = entry;
  const failed = texts.outcomes[outcome] ?? outcome;
  const device = [client?.name ?? client?.id, client?.address].filter((one) => one !== undefined);
  const what: Child[] = [
    category !== undefined && foreign(categoryText(category, language)),
    ...(records.length === 0 || category === undefined ? [] : [signs.colon]),
    ...joined(
      records.map((record) => foreign(record)),
      signs.semicolon,
    ),
  ];
  return [
    ...fact(texts.when, formatMoment(timeOf(entry), language)),
    ...fact(texts.who, whoText(entry, language, true)),
    ...fact(
      texts.where,
      foreign(organisation),
      ' / ',
      unit === undefined ? texts.noUnit : foreign(unit),
    ),
    ...fact(
      texts.how,
      foreign(actionText(action, language)),
      failed === '' ? undefined : `${signs.comma}${failed}`,
    ),
    ...fact(texts.why, purposeView(purpose, language)),
    ...(justification === undefined ? [] : fact(texts.reason, foreign(justification))),
    ...(what.length === 0 ? [] : fact(texts.what, ...what)),
    ...(device.length === 0
      ? []
      : fact(
          texts.device,
          ...joined(
            device.map((one) => foreign(one as string)),
            signs.comma,
          ),
        )),
    ...(source === undefined ? [] : fact(texts.reportedBy, foreign(source.system))),
    ...fact(texts.proofOf, element('code', {}, entry.leafHash)),
  ];
}

/** An entry in one line: time, who and why; or that it is no access. */
export function entryLine(entry: ShownEntry, language: Language): Child[] {
  const texts = PATIENT[language];
  const moment = formatMoment(timeOf(entry), language);
  if (!isAccess(entry)) return [moment, ' · ', foreign(otherText(entry, language))];
  const isEmergency = entry.breakGlass === true;
  const why = isEmergency ? mark('bad', texts.emergency) : purposeView(entry.purpose, language);
  return [moment, ' · ', whoText(entry, language, false), ' · ', why];
}

/** One access, closed: one line; open: everything. */
function entryView(part: string, entry: ShownEntry, language: Language): HTMLElement {
  const details = fold({
    key: `${part}-${entry.sequence}`,
    attributes: { class: 'entry', 'data-sequence': entry.sequence },
    summary: entryLine(entry, language),
    content: () => [
      element('dl', { class: 'facts' }, ...accessFacts(entry, language)),
      askButton(part, entry, language),
    ],
  });
  return element('li', {}, details);
}

const listOf = (part: string, entries: readonly ShownEntry[], language: Language) =>
  inPieces(part, entries, (entry) => entryView(part, entry, language), language);

export function emergencySection(entries: readonly ShownEntry[], language: Language): Child {
  const texts = PATIENT[language];
  const found = entries.filter(({ breakGlass }) => breakGlass === true);
  if (entries.every((entry) => !isAccess(entry))) return undefined;
  if (found.length === 0) {
    return element(
      'section',
      {},
      element('h2', {}, texts.emergencies),
      element('p', {}, texts.noEmergencies),
    );
  }
  return element(
    'section',
    { class: 'panel is-bad', id: 'emergencies' },
    element('h2', {}, mark('bad', texts.emergencies)),
    ...listOf('emergencies', found, language),
  );
}

function groupView(
  part: string,
  title: readonly Child[],
  entries: readonly ShownEntry[],
  language: Language,
  { isOpen = false, isLazy }: { readonly isOpen?: boolean; readonly isLazy: boolean },
): HTMLElement {
  const texts = PATIENT[language];
  const latest = entries[0] === undefined ? '' : formatMoment(timeOf(entries[0]), language, 'day');
  const figures = ` · ${texts.times(entries.length)}${SIGNS[language].comma}${texts.latest} ${latest}`;
  return fold({
    key: part,
    attributes: { class: 'panel group' },
    summary: [element('strong', {}, ...title), element('span', { class: 'soft' }, figures)],
    isOpen,
    isLazy,
    content: () => listOf(part, entries, language),
  });
}

function byUnit(entries: readonly ShownEntry[]): ReadonlyMap<string, readonly ShownEntry[]> {
  const groups = new Map<string, ShownEntry[]>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.organisation ?? '', entry.unit ?? null]);
    const group = groups.get(key) ?? [];
    if (group.length === 0) groups.set(key, group);
    group.push(entry);
  }
  return groups;
}

/** Newest first, in groups; what programs did and who looked at the list stand apart, closed. */
export function groupSections(entries: readonly ShownEntry[], language: Language): Child[] {
  const texts = PATIENT[language];
  const accesses = entries.filter(isAccess);
  const looks = accesses.filter(isLookAtList);
  const automatic = accesses.filter((entry) => isAutomatic(entry) && !isLookAtList(entry));
  const people = accesses.filter(isByPerson);
  const isLazy = entries.length > FIRST_ITEMS;
  const groups = [...byUnit(people)].map(([key, found]) => {
    const [organisation, unit] = JSON.parse(key) as [string, string | null];
    const title = [foreign(organisation), ' / ', unit === null ? texts.noUnit : foreign(unit)];
    return groupView(`unit-${key}`, title, found, language, {
      isOpen: people.length <= MAX_OPEN,
      isLazy,
    });
  });
  const others = entries.filter((entry) => !isAccess(entry));
  return [
    ...groups,
    automatic.length > 0 &&
      groupView('automatic', [texts.automatic], automatic, language, { isLazy }),
    looks.length > 0 && groupView('looks', [texts.looks], looks, language, { isLazy }),
    others.length > 0 && otherSection(others, language),
  ];
}

/** A question and its answer stand whole among the questions. */
function linkToStep(entry: ShownEntry, language: Language): Child[] {
  if (!isOfQuestion(entry)) return [];
  const href = `#${stepId(entry.leafHash)}`;
  const link = element('a', { href }, QUESTIONS[language].toQuestion);
  return [element('span', { class: 'no-print' }, ' · ', link)];
}

/** What an entry is that is no access. */
export function otherText(entry: ShownEntry, language: Language): string {
  if (isOfQuestion(entry)) return QUESTIONS[language].inList(entry.act);
  return actText(entry.act, language);
}

function otherSection(entries: readonly ShownEntry[], language: Language): HTMLElement {
  const texts = PATIENT[language];
  const item = (entry: ShownEntry) =>
    element(
      'li',
      { 'data-act': entry.act, 'data-sequence': entry.sequence },
      ...entryLine(entry, language),
      ...linkToStep(entry, language),
    );
  const items = inPieces('others', entries, item, language);
  return element('section', {}, element('h2', {}, texts.other), ...items);
}
