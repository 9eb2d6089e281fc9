// chartseal serve: the gateway until it is told to end. Its log goes to stdout as JSON lines; what
// a person at the terminal should know goes to stderr.
import { stat } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDataFolder } from '../../gateway/data/create.js';
import type { DemoBearer } from '../../gateway/http/auth/local-issuer.js';
import { ROLES } from '../../gateway/http/caller.js';
import { openFiles } from '../../gateway/http/socket-slots.js';
import { type GatewayConfig, readGatewayConfig } from '../../gateway/operation/config.js';
import { Gateway } from '../../gateway/operation/gateway.js';
import { GatewayLog } from '../../gateway/operation/log.js';
import { removeRunFileSync } from '../../gateway/operation/run-file.js';
import { isSystemError } from '../../gateway/services/file-error.js';
import type { CommandContext } from '../context.js';
import { DEMO_PATIENT, UNSEEN_PATIENT } from '../demo/events.js';
import { EXIT_UNDONE } from '../exit.js';
import { clean } from '../render.js';
import { version } from '../version.js';

export interface ServeOptions {
  readonly config?: string;
  readonly data?: string;
  readonly demo?: boolean;
}

const WHEN_STARTED = 'it ends when it has started; a second signal ends it at once';

async function isThere(path: string): Promise<boolean> {
  try {
    await promisify(stat)(path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** The demo begins from nothing; everybody else calls init, and chooses names that stay. */
async function prepareDemo({ data }: GatewayConfig, context: CommandContext): Promise<void> {
  if (await isThere(data)) return;
  await createDataFolder({
    folder: data,
    origin: 'localhost/archive',
    mspId: 'LocalMSP',
    description: 'demo',
    recordLabels: 'hmac',
    patientSystems: [],
  });
  context.tell(`made ${clean(data)} for the demo`);
}

const DEMO_ROLES = ROLES.filter((role) => role !== 'source-system');

/** Who signs in with one click: one of each role of people, and a patient nobody looked at. */
const DEMO_PEOPLE: readonly DemoBearer[] = [
  ...DEMO_ROLES.map((role) => ({
    sub: role,
    roles: [role],
    ...(role === 'patient' ? { patient: DEMO_PATIENT } : {}),
  })),
  { sub: 'unseen-patient', roles: ['patient'], patient: UNSEEN_PATIENT },
];

async function demoTokens(gateway: Gateway): Promise<Readonly<Record<string, string>>> {
  const tokens: Record<string, string> = {};
  if (gateway.issuer === undefined) return tokens;
  for (const role of ROLES) {
    const patient = role === 'patient' ? { patient: DEMO_PATIENT } : {};
    tokens[role] = await gateway.issuer.issue({ sub: role, roles: [role], ...patient });
  }
  return tokens;
}

/** With fewer, a command that works through the gateway has none when two other callers have. */
const FEW_CONNECTIONS = 64;

function tellFewFiles(context: CommandContext): void {
  const { files, connections } = openFiles();
  if (connections >= FEW_CONNECTIONS) return;
  context.tell(
    `warning: this process may open ${files} files, which leaves ${connections} of them to connections: raise that bound (ulimit -n, LimitNOFILE)`,
  );
}

function tellStart(
  gateway: Gateway,
  tokens: Readonly<Record<string, string>>,
  context: CommandContext,
): void {
  const { listening } = gateway;
  for (const { kind, url } of listening) context.tell(`listening for ${kind}: ${url}`);
  for (const [role, token] of Object.entries(tokens)) {
    context.tell(`demo token of ${role}: ${token}`);
  }
  tellFewFiles(context);
  if (context.json) context.data(JSON.stringify({ listening, pid: process.pid, tokens }));
}

/** What nobody foresaw leaves nothing half written, and its text, which may be anything, unsaid. */
function endOnUnexpected(gateway: { run: string | undefined }, log: GatewayLog): void {
  process.setUncaughtExceptionCaptureCallback((error) => {
    log.event('unexpected', { error });
    try {
      if (gateway.run !== undefined) removeRunFileSync(gateway.run);
    } catch (left) {
      log.event('run-file-left', { error: left });
    }
    log.flush();
    process.exit(EXIT_UNDONE);
  });
}

/** Heard from before the gateway opens, which may take long: unheard they would end it. */
class Signals {
  /** Once it is open. Its files of TLS are read while it opens, and soon after in any case. */
  gateway: Gateway | undefined;
  isTold = false;
  /** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
  readonly ending: Promise<void>;

  constructor(log: GatewayLog, context: CommandContext) {
    this.ending = new Promise((resolve) => {
      const end = () => {
        if (this.isTold) {
          log.flush();
          process.exit(EXIT_UNDONE);
        }
        this.isTold = true;
        if (this.gateway === undefined) context.tell(WHEN_STARTED);
        resolve();
      };
      process.on('SIGTERM', end);
      process.on('SIGINT', end);
    });
    process.on('SIGHUP', () => void this.gateway?.reload());
  }
}

/**
 * Runs until a signal; 0 when everything was closed in order.
 * @param tell says to the terminal what it is to know, when the gateway listens
 */
export async function runGateway(
  config: GatewayConfig,
  context: CommandContext,
  tell: (gateway: Gateway) => Promise<void> | void,
): Promise<number> {
  const log = new GatewayLog(config.log.level);
  const running: { run: string | undefined } = { run: undefined };
  endOnUnexpected(running, log);
  // Other commands end when nobody reads them; what a gateway does is not what it writes.
  process.stdout.removeAllListeners('error').on('error', () => log.lose());
  const signals = new Signals(log, context);
  if (config.demo) await prepareDemo(config, context);
  try {
    const demoPeople = DEMO_PEOPLE;
    const gateway = await Gateway.open({ config, version: version(), log, demoPeople });
    running.run = join(config.data, 'run');
    signals.gateway = gateway;
    if (!signals.isTold) await tell(gateway);
    await signals.ending;
    context.tell('ending: requests in flight are finished first');
    await gateway.close();
    return 0;
  } finally {
    log.flush();
  }
}

/** As {@link runGateway}, with the configuration of file and environment. */
export async function serve(options: ServeOptions, context: CommandContext): Promise<number> {
  const config = await readGatewayConfig({
    file: options.config ?? process.env['CHARTSEAL_CONFIG'],
    environment: process.env,
    data: options.data,
    demo: options.demo,
  });
  return runGateway(config, context, async (gateway) =>
    tellStart(gateway, await demoTokens(gateway), context),
  );
}
