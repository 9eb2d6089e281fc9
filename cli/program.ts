// The commands with their flags. One table of what can be typed; what is done stands in commands/.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { accessImport, accessRecord } from './commands/access.js';
import { demo } from './commands/demo.js';
import { history } from './commands/history.js';
import { ingest } from './commands/ingest.js';
import { init } from './commands/init.js';
import { receipt } from './commands/receipt.js';
import { trustExport } from './commands/trust.js';
import { verify } from './commands/verify.js';
import { type CommandContext, processContext } from './context.js';
import { EXIT_USAGE, reportError } from './exit.js';

const DATA_DEFAULT = process.env['CHARTSEAL_DATA'] ?? 'chartseal-data';
const WAIT_DEFAULT_S = 60;

type Act = (context: CommandContext) => Promise<number>;

function seconds(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new InvalidArgumentError('not a number of seconds');
  return Number(text) * 1000;
}

function positive(text: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new InvalidArgumentError('not a number from 1 on');
  return Number(text);
}

const collect = (value: string, before: readonly string[]) => [...before, value];

/** Members of a list given once with commas or several times. */
const collectList = (value: string, before: readonly string[]) => [...before, ...value.split(',')];

const dataOption = () => new Option('--data <dir>', 'data folder').default(DATA_DEFAULT);
const jsonOption = () => new Option('--json', 'data as JSON lines on stdout');
const waitOption = () =>
  new Option('--wait <seconds>', 'how long to wait until entries are proven')
    .argParser(seconds)
    .default(WAIT_DEFAULT_S * 1000, `${WAIT_DEFAULT_S}`);

interface Common {
  readonly json?: boolean;
  readonly wait: number;
}

/** Builds the program; `start` receives what to run. */
function buildProgram(start: (act: Act, json: boolean) => void): Command {
  const program = new Command('chartseal')
    .description('Proves that a record was not altered and who opened it.')
    .showHelpAfterError('Run chartseal --help for the commands.')
    .exitOverride();
  const add = (parent: Command, name: string, description: string, example: string) =>
    parent
      .command(name)
      .description(description)
      .addOption(jsonOption())
      .addHelpText('after', `\nExample:\n  $ chartseal ${example}`);
  const withWait = <T extends Common>(options: T) => ({ ...options, waitMs: options.wait });

  add(program, 'init', 'Make a data folder: keys, ledger, log.', 'init --data hospital')
    .addOption(dataOption())
    .option('--origin <name>', 'name of the log, for ever (hospital-a.example/archive)')
    .option('--org <mspId>', 'name of the organisation, for ever')
    .option('--description <text>', 'what the log is for', '')
    .addOption(
      new Option('--record-labels <kind>', 'how labels of records are made')
        .choices(['hmac', 'vrf'])
        .default('hmac'),
    )
    .option(
      '--patient-system <rule>',
      'normal form: SYSTEM=text|upper|digits[:LENGTH]',
      collect,
      [],
    )
    .action((options) => start((context) => init(options, context), options.json));

  add(program, 'ingest', 'Anchor every document below the paths.', 'ingest /archive --receipts r')
    .argument('<path...>', 'files and folders')
    .addOption(dataOption())
    .addOption(waitOption())
    .option('--category <name>', 'category of the records', 'document')
    .option('--patient <id>', "patient of all of them: 'SYSTEM|VALUE'")
    .option('--id-prefix <prefix>', 'record ids begin with this instead of the folder’s name')
    .option('--receipts <dir>', 'write receipts below this folder')
    .option('--moved', 'the archive was moved: known records may lie at other paths')
    .action((paths, options) =>
      start((context) => ingest(paths, withWait(options), context), options.json),
    );

  add(
    program,
    'verify',
    'Verify documents, receipts, histories: offline.',
    'verify a.pdf --trust t',
  )
    .argument('<file...>', 'documents, folders, receipts, histories')
    .requiredOption('--trust <file>', 'trust file')
    .option('--receipt <file>', 'receipt, or a folder of receipts by relative path')
    .option('--as-of <time>', 'a history must be complete up to then')
    .action((files, options) => start((context) => verify(files, options, context), options.json));

  add(program, 'receipt', 'Print the receipt of an entry.', "receipt 'archive/a.pdf' --version 2")
    .argument('<id>', 'record id, leaf hash or #index')
    .addOption(dataOption())
    .addOption(waitOption())
    .option('--version <number>', 'version of the record; the newest by default', positive)
    .option('--out <file>', 'write it to this file')
    .action((id, options) =>
      start((context) => receipt(id, withWait(options), context), options.json),
    );

  addAccess(program, add, start);

  add(program, 'history', 'Who opened it, proven complete.', "history 'urn:hospital-a|P1' --out h")
    .argument('[patient]', "'SYSTEM|VALUE'")
    .addOption(dataOption())
    .addOption(waitOption())
    .option('--record <id>', 'history of a record instead of a patient')
    .option('--out <file>', 'write the history file')
    .option('--withhold <members>', 'private members not shown, such as actor', collectList, [])
    .action((patient, options) =>
      start((context) => history(patient, withWait(options), context), options.json),
    );

  const trust = program.command('trust').description('The trust file.');
  add(trust, 'export', 'Write the trust file of this log.', 'trust export --out trust.json')
    .addOption(dataOption())
    .option('--out <file>', 'write it to this file')
    .action((options) => start((context) => trustExport(options, context), options.json));

  add(program, 'demo', 'Show everything on a small archive.', 'demo')
    .option('--keep <dir>', 'keep what the demo makes in this folder')
    .action((options) => start((context) => demo(options, context), options.json));
  return program;
}

function addAccess(
  program: Command,
  add: (parent: Command, name: string, description: string, example: string) => Command,
  start: (act: Act, json: boolean) => void,
): void {
  const access = program.command('access').description('Access events.');
  add(
    access,
    'record',
    'Record one access event.',
    "access record --patient 'urn:h|P1' --actor dr-1 …",
  )
    .addOption(dataOption())
    .addOption(waitOption())
    .requiredOption('--patient <id>', "'SYSTEM|VALUE'")
    .requiredOption('--actor <id>', 'who')
    .option('--actor-name <name>', 'name of who')
    .requiredOption('--role <role>', 'role of who')
    .requiredOption('--organisation <name>', 'organisation of who')
    .option('--unit <name>', 'ward or department')
    .addOption(new Option('--action <code>').choices(['C', 'R', 'U', 'D', 'E']).default('R'))
    .addOption(
      new Option('--outcome <outcome>')
        .choices(['success', 'minor', 'serious', 'major'])
        .default('success'),
    )
    .option('--purpose <code>', 'v3-ActReason code', 'TREAT')
    .option('--break-glass', 'emergency override')
    .option('--justification <text>', 'why the override')
    .option('--record <id>', 'record opened; may be given several times', collect, [])
    .option('--category <name>', 'category of what was opened', 'document')
    .option('--occurred-at <time>', 'RFC 3339 UTC with milliseconds; now by default')
    .option('--source <system>', 'system that reports it', 'chartseal-cli')
    .option('--request-id <id>', 'the same id twice is one event')
    .action((options) =>
      start((context) => accessRecord({ ...options, waitMs: options.wait }, context), options.json),
    );
  add(access, 'import', 'Import access events, one JSON object a line.', 'access import e.jsonl')
    .argument('<file>', 'file of JSON lines, - for stdin')
    .addOption(dataOption())
    .addOption(waitOption())
    .action((file, options) =>
      start(
        (context) => accessImport(file, { ...options, waitMs: options.wait }, context),
        options.json,
      ),
    );
}

/** Parses and runs; gives the exit code. Usage faults are 64. */
export async function run(args: readonly string[]): Promise<number> {
  let chosen: { act: Act; json: boolean } | undefined;
  const program = buildProgram((act, json) => {
    chosen = { act, json: json ?? false };
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  if (chosen === undefined) return EXIT_USAGE;
  const context = processContext(chosen.json);
  try {
    return await chosen.act(context);
  } catch (error) {
    return reportError(error, context);
  }
}
