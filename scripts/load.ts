// Sends access events to a gateway at a fixed rate, then holds the log to every answer:
// npm run load -- --url URL [options]
import { constants } from 'node:os';
import { parseTrustFile } from '../gateway/evidence/trust.js';
import { checkLog, checkReceipts, logSize } from './load/checker.js';
import { LoadClient } from './load/client.js';
import { type LoadOptions, parseOptions, USAGE, UsageError } from './load/options.js';
import { describe, type Report, reportOf } from './load/report.js';
import { Sender } from './load/sender.js';

const TELL_MS = 1000;

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function readTrust(client: LoadClient, { trust }: LoadOptions) {
  if (trust !== undefined) return parseTrustFile(trust);
  tell('trusting what the gateway says of itself: give --trust FILE to check it too');
  return parseTrustFile((await client.ask('/v1/log/trust')).body);
}

async function load(options: LoadOptions): Promise<Report> {
  const client = new LoadClient(options);
  try {
    const trust = await readTrust(client, options);
    const from = await logSize(client);
    const sender = new Sender(client, options);
    const telling = setInterval(() => {
      const { sent, answered } = sender.progress;
      tell(`sent ${sent} answered ${answered}`);
    }, TELL_MS);
    const sent = await sender.run().finally(() => clearInterval(telling));
    tell(`answered ${sent.answered.length}; now the receipts and the log`);
    const { sample, patienceMs } = options;
    const proofs = { count: sample, patienceMs };
    const receipts = await checkReceipts(client, sent.answered, trust, proofs);
    const log = await checkLog(client, sent.answered, { from, patienceMs });
    return reportOf(options, sent, log, receipts);
  } finally {
    client.close();
  }
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const report = await load(options);
  process.stdout.write(`${options.json ? JSON.stringify(report) : describe(report)}\n`);
  return report.ok ? 0 : 1;
}

process.once('SIGINT', () => process.exit(128 + constants.signals.SIGINT));
main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    tell(`error: ${error instanceof Error ? error.message : String(error)}`);
    if (isUsage) tell(USAGE);
    process.exit(isUsage ? 64 : 2);
  },
);
