// Commands about access events and histories.
import * as flags from '../flags.js';
import { type CommandRow, command, config, data, waitMs } from './row.js';

export const ACCESS_COMMANDS: readonly CommandRow[] = [
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
      (await import('../commands/access.js')).accessRecord(values, context),
  }),
  command({
    name: 'access import',
    summary: 'Import access events: one JSON object a line, or FHIR AuditEvents.',
    example: 'access import --format fhir audit-events.ndjson',
    positional: ['[file]', 'file to import; stdin when it is left out or -'],
    flags: {
      data,
      waitMs,
      format: flags.choice(
        '--format <name>',
        'our own JSON lines, FHIR (lines, Bundle or resource), or FHIR held to IHE BALP',
        ['chartseal', 'fhir', 'balp'],
        'chartseal',
      ),
      config,
    },
    run: async ([file = '-'], values, context) =>
      (await import('../commands/access.js')).accessImport(file, values, context),
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
      log: flags.flag('--log', 'what became of the log itself instead: its fixity runs'),
      out: flags.text('--out <file>', 'write the history file'),
      withhold: flags.list(
        '--withhold <members>',
        'private members not to show: actor, client, justification, name',
        (members) => members.split(','),
      ),
    },
    run: async ([given], values, context) =>
      (await import('../commands/history.js')).history(given, values, context),
  }),
];
