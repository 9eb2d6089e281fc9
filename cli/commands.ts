// The table of commands: what can be typed. What is done stands in commands/, loaded when its
// command is the one to run.
import { InvalidArgumentError } from 'commander';
import type { CommandContext } from './context.js';
import * as flags from './flags.js';

export interface CommandRow<F extends flags.Flags = flags.Flags> {
  /** One word, or two for a command of a group. */
  readonly name: string;
  readonly summary: string;
  /** As typed after `chartseal`. */
  readonly example: string;
  /** As commander writes them: `<path...>`, `[patient]`; with what they are. */
  readonly positional?: readonly [name: string, help: string];
  readonly flags: F;
  run(
    given: readonly string[],
    values: flags.FlagValues<F>,
    context: CommandContext,
  ): Promise<number>;
}

/** Gives the row the types of its own flags. */
function command<F extends flags.Flags>(row: CommandRow<F>): CommandRow {
  return row as unknown as CommandRow;
}

export const GROUPS: Readonly<Record<string, string>> = {
  access: 'Access events: who did something to records of a patient.',
  trust: 'The trust file, with which others verify.',
};

const DEFAULT_WAIT_MS = 60_000;

function milliseconds(seconds: string): number {
  if (!/^[0-9]{1,6}$/.test(seconds)) throw new InvalidArgumentError('It is a number of seconds.');
  return Number(seconds) * 1000;
}

function positive(number: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(number))
    throw new InvalidArgumentError('It is a number from 1 on.');
  return Number(number);
}

const data = flags.textOr(
  '--data <dir>',
  'data folder; CHARTSEAL_DATA names another default',
  process.env['CHARTSEAL_DATA'] || 'chartseal-data',
);
const waitMs = flags.parsedOr(
  '--wait <seconds>',
  'how long to wait until the entries are proven',
  milliseconds,
  DEFAULT_WAIT_MS,
  '60',
);
const out = flags.text('--out <file>', 'write it to this file instead of stdout');
const patient = flags.text('--patient <id>', "patient whom they are about: 'SYSTEM|VALUE'");

export const COMMANDS: readonly CommandRow[] = [
  command({
    name: 'init',
    summary: 'Make a data folder: keys, ledger, registered log.',
    example: 'init --data hospital --origin hospital-a.example/archive --org HospitalAMSP',
    flags: {
      data,
      origin: flags.text('--origin <name>', 'name of the log, for ever'),
      org: flags.text('--org <mspId>', 'name of the organisation, for ever'),
      description: flags.anyText('--description <text>', 'what the log is for'),
      recordLabels: flags.choice(
        '--record-labels <kind>',
        'how labels of records are made',
        ['hmac', 'vrf'],
        'hmac',
      ),
      patientSystem: flags.list(
        '--patient-system <rule>',
        'normal form of identifiers: SYSTEM=text|upper|digits[:LENGTH]; several times',
      ),
    },
    run: async (_given, values, context) =>
      (await import('./commands/init.js')).init({ description: '', ...values }, context),
  }),
  command({
    name: 'ingest',
    summary: 'Anchor every document below the paths; again: what is new or changed.',
    example: 'ingest /archive/2026 --category inpatient --receipts receipts',
    positional: ['<path...>', 'files and folders'],
    flags: {
      data,
      waitMs,
      category: flags.textOr('--category <name>', 'category of the records', 'document'),
      patient,
      idPrefix: flags.anyText(
        '--id-prefix <prefix>',
        'what record ids begin with, instead of the name of the folder given',
      ),
      receipts: flags.text('--receipts <dir>', 'write receipts below this folder'),
      moved: flags.flag('--moved', 'the archive was moved: known records may lie at other paths'),
    },
    run: async (given, values, context) =>
      (await import('./commands/ingest.js')).ingest(given, values, context),
  }),
  command({
    name: 'verify',
    summary: 'Verify documents, receipts and histories; offline.',
    example: 'verify report.pdf --receipt report.pdf.receipt.json --trust trust.json',
    positional: ['<file...>', 'documents, folders of them, receipts, histories'],
    flags: {
      trust: flags.requiredText('--trust <file>', 'trust file'),
      receipt: flags.text(
        '--receipt <file>',
        'receipt, or a folder of receipts by relative path; by default beside the document',
      ),
      asOf: flags.text('--as-of <time>', 'a history must be complete up to then'),
    },
    run: async (given, values, context) =>
      (await import('./commands/verify.js')).verify(given, values, context),
  }),
  command({
    name: 'receipt',
    summary: 'Print the receipt of an entry.',
    example: "receipt 'archive/P1001/report.pdf' --version 2 --out report.receipt.json",
    positional: ['<id>', 'record id, leaf hash or #index'],
    flags: {
      data,
      waitMs,
      version: flags.parsed(
        '--version <number>',
        'version of the record; the newest by default',
        positive,
      ),
      out,
    },
    run: async ([id = ''], values, context) =>
      (await import('./commands/receipt.js')).receipt(id, values, context),
  }),
  command({
    name: 'access record',
    summary: 'Record one access event.',
    example:
      "access record --patient 'urn:hospital-a|P1' --actor dr-1 --role physician --organisation a",
    flags: {
      data,
      waitMs,
      patient: flags.requiredText('--patient <id>', "'SYSTEM|VALUE'"),
      actor: flags.requiredText('--actor <id>', 'who'),
      actorName: flags.text('--actor-name <name>', 'name of who'),
      role: flags.requiredText('--role <role>', 'role of who'),
      organisation: flags.requiredText('--organisation <name>', 'organisation of who'),
      unit: flags.text('--unit <name>', 'ward or department'),
      action: flags.choice(
        '--action <code>',
        'created, read, updated, deleted, executed',
        ['C', 'R', 'U', 'D', 'E'],
        'R',
      ),
      outcome: flags.choice(
        '--outcome <word>',
        'how it ended',
        ['success', 'minor', 'serious', 'major'],
        'success',
      ),
      purpose: flags.textOr('--purpose <code>', 'v3-ActReason code', 'TREAT'),
      breakGlass: flags.flag('--break-glass', 'emergency override'),
      justification: flags.text('--justification <text>', 'why the override'),
      record: flags.list('--record <id>', 'record opened; several times'),
      category: flags.textOr('--category <name>', 'category of what was opened', 'document'),
      occurredAt: flags.text('--occurred-at <time>', 'RFC 3339 UTC with milliseconds; else now'),
      source: flags.textOr('--source <system>', 'system that reports it', 'chartseal-cli'),
      requestId: flags.text('--request-id <id>', 'the same id twice is one event'),
    },
    run: async (_given, values, context) =>
      (await import('./commands/access.js')).accessRecord(values, context),
  }),
  command({
    name: 'access import',
    summary: 'Import access events, one JSON object a line.',
    example: 'access import events.jsonl',
    positional: ['[file]', 'file of JSON lines; stdin when it is left out or -'],
    flags: { data, waitMs },
    run: async ([file = '-'], values, context) =>
      (await import('./commands/access.js')).accessImport(file, values, context),
  }),
  command({
    name: 'history',
    summary: 'Who opened the records of a patient, proven complete.',
    example: "history 'urn:hospital-a|P1' --out history.json --withhold actor",
    positional: ['[patient]', "'SYSTEM|VALUE'"],
    flags: {
      data,
      waitMs,
      record: flags.text('--record <id>', 'versions and state of a record instead'),
      out: flags.text('--out <file>', 'write the history file'),
      withhold: flags.list(
        '--withhold <members>',
        'private members not to show: actor, client, justification, name',
        (members) => members.split(','),
      ),
    },
    run: async ([given], values, context) =>
      (await import('./commands/history.js')).history(given, values, context),
  }),
  command({
    name: 'trust export',
    summary: 'Write the trust file of this log.',
    example: 'trust export --out trust.json',
    flags: { data, out },
    run: async (_given, values, context) =>
      (await import('./commands/trust.js')).trustExport(values, context),
  }),
  command({
    name: 'demo',
    summary: 'Show everything on a small archive, in a folder of its own.',
    example: 'demo',
    flags: { keep: flags.text('--keep <dir>', 'keep what the demo makes in this folder') },
    run: async (_given, values, context) =>
      (await import('./commands/demo.js')).demo(values, context),
  }),
];
