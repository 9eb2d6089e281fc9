// The frame of the command line: reads the arguments by the table of commands, runs the command,
// and turns whatever goes wrong into an exit code.
import { Command, CommanderError } from 'commander';
import { ChartsealError } from '../chaincode/core/errors.js';
import { COMMANDS, GROUPS } from './commands.js';
import { type CommandContext, processContext } from './context.js';
import { EXIT_USAGE, reportError } from './exit.js';
import type { Flags, FlagValues } from './flags.js';
import type { CommandRow } from './table/row.js';
import { version } from './version.js';

type Act = (context: CommandContext) => Promise<number>;

const HELP_END = `
Exit codes: 0 all done; 1 a negative finding (altered, not proven, refused); 2 something left
undone (unreadable, not checked, not proven in time, locked); 3 complete, entries not shown;
64 wrong usage. Data goes to stdout, everything else to stderr.`;

function valuesOf(row: CommandRow, options: Record<string, unknown>): FlagValues<Flags> {
  const values: Record<string, unknown> = {};
  for (const [name, { make }] of Object.entries(row.flags)) {
    const value = options[make().attributeName()];
    if (value !== undefined) values[name] = value;
  }
  return values as FlagValues<Flags>;
}

/** An empty path would mean the folder that one happens to stand in. */
function checkGiven(given: readonly string[]): void {
  if (given.includes('')) throw new ChartsealError('USAGE', 'an argument is empty');
}

function addRow(parent: Command, row: CommandRow, choose: (act: Act) => void): void {
  const command = parent
    .command(row.name.split(' ').at(-1) as string)
    .description(row.summary)
    .addHelpText('after', `\nExample:\n  $ chartseal ${row.example}`);
  if (row.positional !== undefined) command.argument(...row.positional);
  for (const { make } of Object.values(row.flags)) command.addOption(make());
  command.option('--json', 'data as JSON lines on stdout');
  command.action(() => {
    checkGiven(command.args);
    const values = valuesOf(row, command.opts());
    choose((context) => row.run(command.args, values, context));
  });
}

/** Builds the parser; `choose` receives what to run, `write` what it has to say. */
function buildProgram(choose: (act: Act) => void, write: (text: string) => void): Command {
  // Options before the command's name are the program's own: --version after it is the receipt's.
  const program = new Command('chartseal')
    .description('Proves that a record was not altered and who opened it.')
    .version(version(), '--version', 'print the version')
    .enablePositionalOptions()
    .addHelpText('after', HELP_END)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write, outputError: () => {} });
  const groups = new Map<string, Command>();
  for (const row of COMMANDS) {
    const [group = '', name] = row.name.split(' ');
    const known = groups.get(group);
    if (name === undefined) addRow(program, row, choose);
    else if (known !== undefined) addRow(known, row, choose);
    else {
      const made = program.command(group).description(GROUPS[group] ?? '');
      groups.set(group, made);
      addRow(made, row, choose);
    }
  }
  return program;
}

/** Commander writes `error: …`, sometimes with a guess in a line of its own. */
function usageError({ message }: CommanderError): ChartsealError {
  return new ChartsealError('USAGE', message.replace(/^error: /, '').replaceAll('\n', ' '));
}

/** Parses and runs; gives the exit code. Wrong usage is 64. */
export async function run(args: readonly string[]): Promise<number> {
  const context = processContext(args.includes('--json'));
  let chosen: Act | undefined;
  let said = '';
  const program = buildProgram(
    (act) => {
      chosen = act;
    },
    (text) => {
      said += text;
    },
  );
  try {
    await program.parseAsync([...args], { from: 'user' });
    return (await chosen?.(context)) ?? EXIT_USAGE;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, context);
    if (error.exitCode === 0) {
      process.stdout.write(said);
      return 0;
    }
    if (error.code !== 'commander.help') return reportError(usageError(error), context);
    process.stderr.write(said);
    return EXIT_USAGE;
  }
}
