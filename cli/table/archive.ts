// Commands about documents: a data folder, anchors, receipts, verification.
import * as flags from '../flags.js';
import { type CommandRow, command, data, out, patient, positive, time, waitMs } from './row.js';

export const ARCHIVE_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'init',
    summary: 'Make a data folder: keys, ledger, registered log.',
    example: 'init --data hospital --origin hospital-a.example/archive --org HospitalAMSP',
    flags: {
      data,
      origin: flags.text('--origin <name>', 'name of the log, for ever'),
      org: flags.text('--org <mspId>', 'name of the organisation, for ever'),
      ledger: flags.choice(
        '--ledger <engine>',
        'where the ledger is: in the folder, or a channel of several organisations',
        ['embedded', 'fabric'],
        'embedded',
      ),
      profile: flags.text('--profile <file>', 'connection profile of the channel'),
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
      (await import('../commands/init.js')).init({ description: '', ...values }, context),
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
      receipts: flags.text(
        '--receipts <dir>',
        'write receipts below this folder, another one for each archive',
      ),
      moved: flags.flag('--moved', 'the archive was moved: known records may lie at other paths'),
    },
    run: async (given, values, context) =>
      (await import('../commands/ingest.js')).ingest(given, values, context),
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
        'receipt, or for a folder of documents one of receipts by relative path; by default beside them',
      ),
      asOf: flags.parsed(
        '--as-of <time>',
        'a history must be complete up to then, such as 2026-11-01T08:00:00.000Z',
        time,
      ),
      consistency: flags.list(
        '--consistency <file>',
        'proof that log consistency printed, between a checkpoint here and one that the trust file pins; several times',
      ),
      pinned: flags.flag(
        '--pinned',
        'every checkpoint must agree with the pin at or above its size, or with the largest there is',
      ),
    },
    run: async (given, values, context) =>
      (await import('../commands/verify.js')).verify(given, values, context),
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
      (await import('../commands/receipt.js')).receipt(id, values, context),
  }),
  command({
    name: 'demo',
    summary: 'Show everything on a small archive, in a folder of its own.',
    example: 'demo',
    flags: {
      keep: flags.text('--keep <dir>', 'keep what the demo makes in this folder'),
      serve: flags.flag('--serve', 'then open it in a gateway, for a browser on this machine'),
    },
    run: async (_given, values, context) =>
      (await import('../commands/demo.js')).demo(values, context),
  }),
];
