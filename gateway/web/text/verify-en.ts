// English texts of verification: what is given, what was found, what it does not say.
import type { StepStatus } from '../../evidence/steps.js';
import type { HistoryStep, ReceiptStep } from '../../evidence/verdict.js';
import { AS_OF } from './as-of.js';
import { LONG } from './long.js';

const steps: Readonly<Record<ReceiptStep | HistoryStep, readonly [name: string, asks: string]>> = {
  format: ['File format', 'Can the file be read, and is it whole?'],
  document: ['Document', 'Is this the very document that was recorded?'],
  entry: ['Entry', 'Does the entry belong to this receipt and this log?'],
  inclusion: ['Place in the log', 'Does the log really hold it?'],
  checkpoint: ['Signature of the log', 'Did the log sign this state of itself?'],
  attestation: ['Attestation', 'Was this state attested by keys that the trust file believes?'],
  policy: ['Who attests', 'Are they as many, and those, that the trust file asks for?'],
  time: ['Times', 'Do the times fit together?'],
  subject: ['Who it is about', 'Is this the one chain of this patient or record?'],
  chain: ['Chain', 'Does every event follow the one before, with no gap?'],
  entries: ['Events shown', 'Is what is shown what was recorded?'],
  map: ['Whole chain', "Is the chain's end the one that the log has, with nothing after it?"],
};

const statuses: Readonly<Record<StepStatus, string>> = {
  OK: 'passed',
  FAILED: 'failed',
  'NOT CHECKED': 'not checked',
};

const count = (number: number, one: string, many = `${one}s`) =>
  `${number} ${number === 1 ? one : many}`;

export const VERIFY_EN = {
  titleVerify: 'Verify documents and access lists',
  titleAuditor: 'Audit: verify and sample',
  lead: 'Everything happens on this device. Nothing that you give to this page leaves it.',
  fromFile: 'This page was opened from a file: no server takes part.',
  fromServer: (host: string) =>
    `This page was served by ${host}. Whoever serves it could change it: to check ${host} itself, use a copy that another organisation gave you.`,
  download: 'Download this page as one file',

  filesTitle: 'Files',
  dropHere: 'Drop documents, receipts, histories, the trust file, or a folder of them here',
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  filesHint:
    'A receipt is named like its document, with .receipt.json at the end. The trust file is the one that you got from somebody you trust.',
  held: (documents: number, receipts: number, histories: number) =>
    `Given: ${count(documents, 'document')}, ${count(receipts, 'receipt')}, ${count(histories, 'history', 'histories')}.`,
  needTrust: 'Still needed: the trust file. Without it nothing can be verified.',
  needEvidence: 'Still needed: a receipt or a history.',
  reading: (done: number, of: number) => `Reading files: ${done} of ${of}`,
  clear: 'Start again',
  tooMany: (most: number) => `Only the first ${most} files were taken.`,

  trustTitle: 'Trust file',
  trustIntro:
    'The verdict is worth as much as this file. Read its fingerprint to another organisation over the telephone, or compare it with one that they published.',
  fingerprint: 'Fingerprint (SHA-256)',
  trustRefused: 'This trust file cannot be used',
  trustTwo:
    'Two trust files were given that differ: nothing is verified. Start again with the one that you got from somebody you trust.',
  compareLabel: 'Fingerprint that you were told',
  compareHint: '64 characters; spaces and capitals do not matter.',
  compareEqual: 'The fingerprints are equal.',
  compareDifferent: (group: number) =>
    `The fingerprints differ, first in group ${group}. Do not rely on this trust file.`,
  compareShort: (given: number) => `${given} of 64 characters so far, all equal.`,
  notCompared: 'The fingerprint of the trust file has not been compared on this page.',
  notComparedLink: 'Compare it below',
  singleOperator:
    'Under this trust file a single operator vouches for its own log: nobody independent witnesses it.',
  organisations: 'Organisations',
  mustAttest: 'Must attest',
  mustAttestValue: (k: number, of: number, required: readonly string[]) =>
    `${k} of ${of}${required.length === 0 ? '' : `, among them ${required.join(', ')}`}`,
  logs: 'Logs',
  ledger: 'Ledger',
  ledgerKinds: {
    embedded: 'one operator alone, not independently witnessed',
    raft: 'consortium, ordering by Raft',
    bft: 'consortium, ordering tolerates dishonest members (BFT)',
  },

  resultTitle: 'Result',
  nothingYet: 'The result appears here.',
  progress: (done: number, of: number) => `${done} of ${of} verified`,
  hashing: (name: string) => `Computing the digest of ${name}`,
  summary: 'Summary',
  verdicts: {
    unchanged: 'Unchanged',
    altered: 'Altered',
    complete: 'Complete',
    notShown: 'Complete, not all shown',
    incomplete: 'Not complete',
    notChecked: 'Not checked',
    tooOld: AS_OF.en.verdict,
    stopped: LONG.en.stoppedVerdict,
    tooLarge: LONG.en.tooLargeVerdict,
    notProven: 'Not proven',
    missing: 'Missing',
    unreadable: 'Unreadable',
    noReceipt: 'Not checked: no receipt',
  },
  sentences: {
    unchanged: (since: string) => `This document is unchanged since ${since}.`,
    unchangedEvent: (since: string) => `This entry is unchanged since ${since}.`,
    altered: 'This is not the document that was recorded: its content differs.',
    complete: (until: string) =>
      `This list is complete: nothing was left out, reordered or changed, up to ${until}.`,
    empty: (until: string) => `The log holds nothing about this subject, up to ${until}.`,
    notShown: (number: number, until: string) =>
      `Nothing was left out, reordered or changed, up to ${until}; of ${count(number, 'event')} the content is not shown.`,
    incomplete:
      'This is not the whole and true list: something was left out, reordered or changed.',
    notChecked: 'Not every step could be decided. This says neither yes nor no.',
    noDocument: 'The receipt itself holds. The document that it belongs to was not given.',
    notProven: 'The proof does not hold. Do not rely on this file.',
    missing: 'There is a receipt, but the document is not in this folder.',
    unreadable: 'The file could not be read.',
    noReceipt: 'There is no receipt for this document here.',
    labelOnly: "That this is the record's only chain can be checked with the record key.",
  },
  steps,
  statuses,
  stepsTitle: 'Every step',
  stepsCaption: 'What was checked, one by one',
  stepColumn: 'Step',
  statusColumn: 'Outcome',
  findingColumn: 'What was found',
  notSaidTitle: 'What this does not say',
  inEnglish: 'in English',

  factsTitle: 'Facts',
  record: 'Record',
  version: 'Version',
  patient: 'Patient identifier',
  theLog: 'The log itself',
  event: 'Access event',
  fixity: 'Check run of the archive',
  question: 'Question of the patient',
  objection: 'Objection of the patient',
  answer: 'Answer of the hospital',
  answerDue: 'To be answered by',
  thePatient: 'the patient',
  aboutPlace: (place: string) => `about ${place}`,
  ofPlace: (place: string) => `to ${place}`,
  digest: 'Digest of the file given (SHA-256)',
  recorded: 'Digest recorded (SHA-256)',
  size: 'Size',
  bytes: (size: number) => `${size.toLocaleString('en')} bytes`,
  log: 'Log',
  place: 'Place in the log',
  placeValue: (index: number, size: number) => `#${index}, of ${count(size, 'entry', 'entries')}`,
  created: 'Created',
  accepted: 'Accepted by the hospital',
  endorsed: 'Endorsed no later than',
  asOf: 'As of',
  attestedBy: 'Attested by',
  latest: 'Latest version',
  standing: 'State of the record',
  noFlags: 'no hold, no seal',
  flags: {
    held: 'on hold',
    sealed: 'sealed',
    lent: 'lent',
    destroyed: 'destroyed',
    'held by another organisation': 'on hold by another organisation',
  } as Readonly<Record<string, string>>,

  /** @param hidden events whose content is not shown: they may be overrides */
  eventsTitle: (events: number, overrides: number, asked: number, hidden: number) =>
    `${count(events, 'event')}, ${
      hidden === 0 ? '' : `${hidden} of them not shown; of the others `
    }${count(overrides, 'emergency override')}${
      asked === 0 ? '' : `, ${count(asked, 'question or answer', 'questions and answers')}`
    }`,
  when: 'When',
  who: 'Who',
  what: 'What',
  why: 'Why',
  override: 'Emergency override',
  nameWithheld: 'name withheld by policy',
  contentNotShown: 'content not shown',
  failedAccess: 'did not succeed',
  more: (number: number) => `Show ${number} more`,

  asked: AS_OF.en,
  long: LONG.en,

  reportTitle: 'Report',
  reportIntro: 'Keep what was found here: print it, or save it as data.',
  print: 'Print the report',
  save: 'Save the report as data',
  verificationReport: 'Verification report',
  checkedAt: 'Verified at',
  tool: 'Verified with',
  compared: 'Fingerprint compared on this page',
  yes: 'yes, equal',
  no: 'no',
  signature: 'Name, date and signature of the person who verified',
};

export type VerifyTexts = typeof VERIFY_EN;
