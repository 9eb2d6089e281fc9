// What a run of the load generator is told on its command line.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export const USAGE = `npm run load -- --url URL [options]
  --rate N            events per second, sent whether or not answers come (default 1000)
  --seconds N         (default 60)
  --connections N     kept alive (default 64)
  --token-file FILE   bearer token of an archivist
  --authority FILE    authorities of the gateway's HTTPS, PEM
  --certificate FILE --key FILE   of a system with the role archivist, PEM
  --trust FILE        trust file; that of the gateway itself when left out
  --sample N          receipts that are fetched and verified (default all)
  --patience N        seconds in which everything must be answered and proven after the last event
                      is sent (default 120)
  --json              one line of JSON
Nothing else may write into the log meanwhile.`;

export interface LoadOptions {
  readonly url: URL;
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
  readonly token: string | undefined;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
  };
  readonly trust: Uint8Array | undefined;
  readonly sample: number;
  readonly patienceMs: number;
  readonly json: boolean;
  /** Begins the request ids of this run. */
  readonly name: string;
}

const TLS_FILES = ['authority', 'certificate', 'key'] as const;

export class UsageError extends Error {}

function whole(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined) return otherwise;
  if (!/^[1-9][0-9]{0,8}$/.test(given)) throw new UsageError(`--${name} is a whole number above 0`);
  return Number(given);
}

function readText(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}

function parseFlags(args: readonly string[]): Readonly<Record<string, unknown>> {
  const text = { type: 'string' } as const;
  const names = ['url', 'rate', 'seconds', 'connections', 'token-file', ...TLS_FILES];
  const all = [...names, 'trust', 'sample', 'patience'].map((name) => [name, text] as const);
  const options = { ...Object.fromEntries(all), json: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

export function parseOptions(args: readonly string[]): LoadOptions {
  const texts = parseFlags(args);
  const given = (name: string) => texts[name] as string | undefined;
  const url = given('url');
  if (url === undefined || !URL.canParse(url)) throw new UsageError('--url is the gateway');
  const [ca, cert, key] = TLS_FILES.map((name) => readText(given(name)));
  const trust = given('trust');
  return {
    url: new URL(url),
    rate: whole('rate', given('rate'), 1000),
    seconds: whole('seconds', given('seconds'), 60),
    connections: whole('connections', given('connections'), 64),
    token: readText(given('token-file'))?.trim(),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    trust: trust === undefined ? undefined : readFileSync(trust),
    sample: whole('sample', given('sample'), Number.MAX_SAFE_INTEGER),
    patienceMs: whole('patience', given('patience'), 120) * 1000,
    json: texts['json'] === true,
    name: `load-${randomBytes(6).toString('hex')}`,
  };
}
