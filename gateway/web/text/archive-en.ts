// English words of the archivist's page.
import type { Unit } from '../archivist/scale.js';
import type { ArchiveTexts, JudgementTexts } from './archive.js';
import { causeText } from './archive-causes.js';

const count = (value: number) => value.toLocaleString('en');
const many = (value: number, one: string, more: string) =>
  `${count(value)} ${value === 1 ? one : more}`;
const since = (moment: string) => (moment === '' ? '' : ` since ${moment}`);

const UNITS: Readonly<Record<Unit, readonly [one: string, more: string]>> = {
  ms: ['ms', 'ms'],
  s: ['s', 's'],
  min: ['min', 'min'],
  h: ['h', 'h'],
  d: ['day', 'days'],
  month: ['month', 'months'],
  year: ['year', 'years'],
};

const judgements: JudgementTexts = {
  stale: (_judgement, moment) =>
    `The state could not be read just now. What stands here was read on ${moment}.`,
  stopped: () => 'Nothing new is accepted or anchored: the write side has stopped.',
  held: ({ code }) =>
    `What arrives is kept, but does not get onto the ledger: ${causeText(code, 'en')?.what ?? `code ${code}.`}`,
  'ledger-away': ({ waiting }, moment) =>
    `The ledger does not answer. ${waiting === 0 ? 'Nothing waits yet' : `${many(waiting, 'entry is', 'entries are')} kept safe here and ${waiting === 1 ? 'waits' : 'wait'}${since(moment)}`}; anchoring goes on by itself when it is back.`,
  failed: ({ count: failed }) =>
    `${many(failed, 'item was', 'items were')} not anchored. See why, and try again.`,
  'not-kept': ({ count: lost }) =>
    `${many(lost, 'more failure was', 'more failures were')} not kept, for there was no room: only their senders know of them.`,
  'count-fault': ({ code }) =>
    `The figures cannot be counted to the end: ${causeText(code, 'en')?.what ?? `code ${code}.`}`,
  'fixity-damage': ({ altered, missing }) =>
    `The check of stored files found ${many(altered, 'altered file', 'altered files')} and ${many(missing, 'missing file', 'missing files')}. Keep them as they are and compare them with a backup.`,
  'fixity-unended': (_judgement, moment) =>
    `A check of stored files begun on ${moment} did not end: what it did not reach is not checked.`,
  'fixity-unread': ({ count: unread }) =>
    `The last check could not read ${many(unread, 'file', 'files')}.`,
  'fixity-never': () => 'The stored files were never checked against what is anchored.',
  waiting: ({ count: waiting }, moment) =>
    `${many(waiting, 'entry waits', 'entries wait')} for the ledger${since(moment)}.`,
  unproven: ({ count: unproven }) =>
    `${many(unproven, 'anchored entry waits', 'anchored entries wait')} for a receipt.`,
  counting: ({ counted, of }) =>
    `The figures are still being counted: ${count(counted)} of ${count(of)} entries.`,
  overdue: ({ count: overdue }) =>
    `${many(overdue, 'inquiry of a patient is', 'inquiries of patients are')} overdue.`,
  empty: () => 'Nothing has arrived yet, so nothing is anchored.',
  'all-anchored': ({ overview: { records, accessEvents } }) =>
    `Everything that arrived is anchored: ${many(records.versions, 'version', 'versions')} of ${many(records.records, 'record', 'records')}, and ${many(accessEvents, 'access', 'accesses')}.`,
};

export const ARCHIVE_EN: ArchiveTexts = {
  title: 'State of the archive',
  organisation: (name) => `Organisation: ${name}`,
  asOf: (moment) => `As of ${moment}.`,
  refresh: 'Refresh',
  refreshing: 'Loading …',
  print: 'Print',
  loading: 'Loading …',
  notArchivist:
    'This page is for archivists and administrators of the hospital. You are not signed in as one.',
  ended: 'Your session has ended. What you see was read before.',
  signInAgain: 'Sign in again',
  notLoaded: (problem) => `This part could not be loaded. ${problem}`,
  judgements,
  also: 'Also',
  goTo: {
    failed: 'See what failed',
    fixity: 'See the checks',
    inquiries: 'See the inquiries',
  },
  todo: (advice) => `What to do: ${advice}`,
  figures: {
    title: 'Anchored, waiting, failed',
    anchored: 'Anchored',
    anchoredText: (records, versions, accesses) =>
      `${many(records, 'record', 'records')} in ${many(versions, 'version', 'versions')}; ${many(accesses, 'access', 'accesses')}`,
    waiting: 'Waiting',
    waitingText: (waiting) => many(waiting, 'entry', 'entries'),
    waitingSince: (moment) => `the oldest since ${moment}`,
    nothingWaits: 'nothing',
    failed: 'Failed',
    failedText: (events, records, files) =>
      [
        events > 0 && many(events, 'event', 'events'),
        records > 0 && many(records, 'record', 'records'),
        files > 0 && many(files, 'file', 'files'),
      ]
        .filter((one) => one !== false)
        .join(', '),
    nothingFailed: 'nothing',
    proven: 'With a receipt',
    provenText: (proven, accepted) =>
      `${count(proven)} of ${many(accepted, 'accepted entry', 'accepted entries')}`,
    counting: (counted, of) => `Counted so far: ${count(counted)} of ${count(of)} entries.`,
  },
  failed: {
    title: 'What failed',
    lead: 'Remove the cause first, then try again. What is tried again can never be anchored twice.',
    giveUp: (id) => `To give it up: chartseal feed discard ${id} --data DIR`,
    none: 'Nothing failed.',
    loading: 'Loading what failed …',
    what: 'What',
    cause: 'Why, and what to do',
    when: 'When',
    tries: 'Tried again',
    action: 'Try again',
    kinds: { event: 'Access event', record: 'Record', file: 'File' },
    from: (source) => `from ${source}`,
    received: 'Arrived',
    lastTried: 'Last tried',
    triesText: (tries) => (tries === 0 ? 'not yet' : many(tries, 'time', 'times')),
    code: 'code',
    detail: 'In detail',
    retry: 'Try again',
    retryOf: (what) => `Try again: ${what}`,
    retrying: 'Trying …',
    retryAll: (shown) => `Try again all shown (${count(shown)})`,
    accepted: 'Accepted. It is being anchored.',
    refusedAgain: 'Refused again',
    retryFailed: (problem) => `Not tried: ${problem}`,
    retried: (accepted, refused) => `${count(accepted)} accepted, ${count(refused)} refused again.`,
    retryingAll: (done, of) => `Trying again: ${count(done)} of ${count(of)}.`,
    more: 'Load more of what failed',
    shown: (shown, of) => `${count(shown)} of ${count(of)} are shown.`,
  },
  window: {
    title: 'How long documents were unprotected',
    lead: 'From when a document was made until its digest was endorsed on the ledger, a change would not show.',
    none: 'No document was anchored in the last 30 days; there is nothing to draw.',
    sentence: (day, versions, p50, p95) =>
      `On ${day} (UTC), ${many(versions, 'document was', 'documents were')} anchored: half of them within ${p50} of being made, 95 of 100 within ${p95}.`,
    longest: (day, duration) => `The longest was ${duration}, anchored on ${day}.`,
    over: (over) =>
      `In these days, ${many(over, 'document was', 'documents were')} unprotected for over an hour.`,
    overNone: 'In these days, none was unprotected for over an hour.',
    without: (without) =>
      `${many(without, 'version does', 'versions do')} not say when the document was made; ${without === 1 ? 'its' : 'their'} time is measured from when ${without === 1 ? 'it' : 'they'} arrived, and may be longer.`,
    picture: (from, to) => `Unprotected time for each day from ${from} to ${to}`,
    table: 'Unprotected time by day of anchoring',
    showTable: 'Show the numbers',
    day: 'Day (UTC)',
    versions: 'Documents',
    p50: 'Half within',
    p95: '95% within',
    most: 'Longest',
    overHour: 'Over an hour',
    spread: 'All documents by unprotected time',
    upTo: (duration) => `up to ${duration}`,
    above: (duration) => `over ${duration}`,
    within: 'Unprotected',
    share: 'Share',
    duration: (parts) => parts.map(([value, unit]) => many(value, ...UNITS[unit])).join(' '),
  },
  fixity: {
    title: 'Checks of the stored files',
    lead: 'A check reads files from the storage and compares them with what is anchored.',
    none: 'No check was run yet.',
    how: 'On the machine of the archive: chartseal audit --data DIR',
    covered: (covered, of) =>
      `The newest check of all read ${count(covered)} of ${many(of, 'record', 'records')}.`,
    lastAll: (moment) => `It ended on ${moment}.`,
    neverAll: (covered, of) =>
      `No check has read all records yet; the newest one read ${count(covered)} of ${count(of)}.`,
    run: (moment) => `Check begun on ${moment}`,
    coverage: { all: 'all records', part: 'part of the records' },
    unended: 'Did not end: the result is not known',
    counts: {
      unchanged: 'unchanged',
      altered: 'altered',
      missing: 'missing',
      unreadable: 'not readable',
      notChecked: 'not checked',
    },
    good: 'Nothing altered, nothing missing',
    damaged: 'Altered or missing files',
    where:
      'Each of these files is named in the report of the check: DIR/audits on the machine of the archive.',
    partly: 'Some files were not read',
    showAll: (runs) => `Show all ${count(runs)} checks`,
  },
  search: {
    title: 'Find a record',
    text: 'Identifier or digest',
    textHint: 'The beginning of an identifier, or the 64 characters of a SHA-256 digest.',
    search: 'Search',
    file: 'Or by the file itself: drop it here',
    fileHint: 'Its digest is computed on this device; the file is not sent anywhere.',
    choose: 'Choose a file',
    oneFile: 'One file at a time, please: the first was taken.',
    noFile: 'That is no file that can be read. Folders cannot be searched for.',
    hashing: (name) => `Computing the digest of ${name}`,
    hashed: (name) => `File: ${name}`,
    from: 'Arrived from',
    to: 'to',
    dateHint: 'One day or a span of days, in the time zone of this device.',
    goOn: 'Nothing found so far; there is more to look through.',
    byDate: 'Search by date',
    faults: {
      nothing: 'Type an identifier or a digest first.',
      'no-date': 'Choose a day first.',
      'dates-crossed': 'The first day is after the last one.',
    },
    searching: 'Searching …',
    foundFor: {
      id: (asked) => `Identifiers that begin with ${asked}`,
      digest: (asked) => `Digest ${asked}`,
      date: (from, to) => (from === to ? `Arrived on ${from}` : `Arrived from ${from} to ${to}`),
    },
    found: (shown, isAll) =>
      isAll ? `${many(shown, 'record', 'records')} found.` : `The first ${count(shown)} records.`,
    nothing: {
      id: 'No record begins with this. Identifiers are compared letter by letter, upper and lower case too.',
      digest:
        'No record has this digest: exactly this file was never anchored here. It may be altered, or not have arrived.',
      date: 'No record arrived on these days.',
    },
    asIdentifier: 'Search it as an identifier instead',
    more: 'More results',
    record: 'Record',
    name: 'Name',
    version: 'Version',
    versionOf: (version, versions) => `${version} of ${versions}`,
    anchoredAt: 'Arrived',
    state: 'State',
    condition: 'Condition',
    open: 'Open',
    openOf: (id) => `Open ${id}`,
    states: {
      accepted: 'Waiting',
      committed: 'Anchored, receipt to come',
      proven: 'Anchored and proven',
    },
    conditions: { held: 'On hold', sealed: 'Sealed', lent: 'Lent', destroyed: 'Destroyed' },
    normal: 'No hold or seal',
  },
  record: {
    title: 'Record',
    close: 'Close',
    loading: 'Loading the record …',
    id: 'Identifier',
    created: 'Made',
    category: 'Category',
    mediaType: 'Kind of file',
    size: 'Size',
    sizeText: (bytes) => many(bytes, 'byte', 'bytes'),
    retention: 'Retention',
    source: 'Source',
    versions: 'Versions',
    digest: 'Digest (SHA-256)',
    otherDigest: (algorithm) => `Digest (${algorithm})`,
    receipt: 'Receipt',
    receiptOf: (version) => `Receipt of version ${version}`,
    receiptLater: 'when proven',
    history: 'Download the history',
    historyHint: 'Receipts and the history can be verified without this hospital, on the page',
    verify: 'Verify a file',
    more: 'Older versions',
  },
  inquiries: {
    title: 'Open inquiries of patients',
    lead: 'What was asked is for the privacy officer alone; here stands that it was asked, and by when an answer is due.',
    notAvailable: 'Inquiries are not available here.',
    none: 'No inquiry is open.',
    sentence: (open, overdue) =>
      `${many(open, 'inquiry is', 'inquiries are')} open; ${overdue === 0 ? 'none is' : count(overdue) + (overdue === 1 ? ' is' : ' are')} overdue.`,
    state: 'State',
    states: {
      submitted: 'Submitted',
      'in-progress': 'In progress',
      answered: 'Answered',
      appealed: 'Appealed',
    },
    asked: 'Asked',
    due: 'Answer due',
    number: 'Fingerprint in the log',
    overdue: 'Overdue',
    inTime: 'In time',
    more: 'More inquiries',
  },
};
