// What a verdict is about: names, digests, times, who attests.
import type { Entry } from '../../../chaincode/core/entry.js';
import type { CheckpointFacts } from '../../evidence/checkpoint-facts.js';
import type { HistoryVerification } from '../../evidence/verify-history.js';
import type { ReceiptVerification } from '../../evidence/verify-receipt.js';
import type { Language } from '../text/language.js';
import { SIGNS } from '../text/signs.js';
import { type Child, element, fact, foreign } from '../view/dom.js';
import { answerText } from './inquiry-row.js';
import { moment } from './moments.js';
import { type VerifyTexts, verifyTexts } from './texts.js';

type Fact = readonly [name: string, value: Child];

function factList(facts: readonly (Fact | undefined)[]): HTMLElement {
  const rows = facts
    .filter((one) => one !== undefined)
    .flatMap(([name, value]) => fact(name, value));
  return element('dl', { class: 'facts' }, ...rows);
}

const code = (text: string) => foreign(text, { class: 'mono' });

function entryFacts(
  entry: Entry,
  digest: string | undefined,
  language: Language,
): (Fact | undefined)[] {
  const texts = verifyTexts(language);
  const accepted: Fact = [texts.accepted, moment(entry.at)];
  switch (entry.act) {
    case 'access':
      return [[texts.event, moment(entry.occurredAt)], accepted];
    case 'fixity':
      return [[texts.fixity, moment(entry.endedAt)], accepted];
    case 'inquiry':
      return [
        [entry.appeals === undefined ? texts.question : texts.objection, moment(entry.at)],
        [texts.answerDue, moment(entry.dueAt)],
      ];
    case 'answer':
      return [
        [texts.answer, answerText(entry, language)],
        entry.dueAt === undefined ? undefined : [texts.answerDue, moment(entry.dueAt)],
        accepted,
      ];
    default: {
      const { id, version, digests, size, createdAt } = entry.record;
      return [
        [texts.record, foreign(id)],
        [texts.version, String(version)],
        [texts.size, texts.bytes(size)],
        [texts.recorded, code(digests['sha-256'])],
        digest === undefined ? undefined : [texts.digest, code(digest)],
        createdAt === undefined ? undefined : [texts.created, moment(createdAt)],
        accepted,
      ];
    }
  }
}

function checkpointRows(facts: CheckpointFacts | undefined, texts: VerifyTexts) {
  if (facts === undefined) return [];
  const { origin, endorsedAt, asOf, attestedBy } = facts;
  const rows: (Fact | undefined)[] = [
    endorsedAt === undefined ? undefined : [texts.endorsed, moment(endorsedAt)],
    asOf === undefined ? undefined : [texts.asOf, moment(asOf)],
    [texts.log, foreign(origin)],
    attestedBy === undefined ? undefined : [texts.attestedBy, foreign(attestedBy.join(', '))],
  ];
  return rows;
}

export function receiptFacts(
  { entry, checkpoint, index }: ReceiptVerification,
  digest: string | undefined,
  language: Language,
): HTMLElement {
  const texts = verifyTexts(language);
  const size = checkpoint?.size;
  return factList([
    ...(entry === undefined ? [] : entryFacts(entry, digest, language)),
    ...checkpointRows(checkpoint, texts),
    index === undefined || size === undefined
      ? undefined
      : [texts.place, texts.placeValue(index, size)],
  ]);
}

function subjectFact({ subject }: HistoryVerification, texts: VerifyTexts): Fact | undefined {
  switch (subject?.kind) {
    case 'patient':
      return [texts.patient, foreign(`${subject.system} | ${subject.value}`)];
    case 'record':
      return [texts.record, foreign(subject.id)];
    case 'log':
      return [texts.log, texts.theLog];
    default:
      return undefined;
  }
}

function standing({ record }: HistoryVerification, language: Language): (Fact | undefined)[] {
  if (record === undefined) return [];
  const texts = verifyTexts(language);
  const { latestVersion, flags, digests } = record;
  const state = flags.map((flag) => texts.flags[flag] ?? flag).join(SIGNS[language].comma);
  return [
    latestVersion === null ? undefined : [texts.latest, String(latestVersion)],
    [texts.standing, state === '' ? texts.noFlags : state],
    digests === null ? undefined : [texts.recorded, code(digests['sha-256'])],
  ];
}

export function historyFacts(result: HistoryVerification, language: Language): HTMLElement {
  const texts = verifyTexts(language);
  return factList([
    subjectFact(result, texts),
    ...standing(result, language),
    ...checkpointRows(result.checkpoint, texts),
  ]);
}
