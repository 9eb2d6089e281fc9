// The command that offers a data folder to others over HTTP.
import * as flags from '../flags.js';
import { type CommandRow, command } from './row.js';

export const SERVE_COMMANDS: readonly CommandRow[] = [
  command({
    name: 'serve',
    summary: 'Run the gateway: people, systems and other commands use the data folder through it.',
    example: 'serve --config gateway.json',
    flags: {
      config: flags.text(
        '--config <file>',
        'configuration (gateway/README.md); CHARTSEAL_CONFIG names another default',
      ),
      data: flags.text('--data <dir>', 'data folder; wins over file and environment'),
      demo: flags.flag('--demo', 'with an issuer of its own that prints a token for each role'),
    },
    run: async (_given, values, context) => {
      // A service manager may ask for a reload of what is only starting, which would end it.
      process.on('SIGHUP', () => undefined);
      return (await import('../commands/serve.js')).serve(values, context);
    },
  }),
];
