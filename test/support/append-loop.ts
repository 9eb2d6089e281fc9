// A program of its own: opens the embedded ledger in a folder, registers a log and appends to it
// without end, telling each append on a line once it is acknowledged. Tests kill it.
import { writeSync } from 'node:fs';
import { encodeHex } from '../../chaincode/core/bytes.js';
import {
  type EmbeddedNetworkOptions,
  openEmbeddedNetwork,
} from '../../gateway/ledger/embedded/embedded-network.js';
import { parseAppendAnswer, parseRegisteredLog } from '../../gateway/ledger/log-answers.js';
import { appendCall, LogWriter, labelOf, type Step } from './log-writer.js';

export interface AppendLoopOptions {
  readonly network: EmbeddedNetworkOptions;
  readonly mspId: string;
  readonly adminPem: string;
  readonly writerPem: string;
  readonly origin: string;
  /** Request for registerLog. */
  readonly registration: string;
}

/** One acknowledged append. */
export interface Acknowledged {
  readonly logId: string;
  readonly size: number;
  readonly root: string;
}

function tell(acknowledged: Acknowledged): void {
  writeSync(1, `${JSON.stringify(acknowledged)}\n`);
}

/** Longer than any test lets it live: it must not outlive a test that forgot it. */
const MAX_LIFE_MS = 30_000;

async function main(): Promise<void> {
  setTimeout(() => process.exit(2), MAX_LIFE_MS);
  const options: AppendLoopOptions = JSON.parse(process.argv[2] ?? '{}');
  const network = await openEmbeddedNetwork(options.network);
  const { mspId } = options;
  const admin = await network.connect({ mspId, certificatePem: options.adminPem });
  const ledger = await network.connect({ mspId, certificatePem: options.writerPem });
  const { logId } = parseRegisteredLog(await admin.submit('registerLog', options.registration));
  const writer = new LogWriter(options.origin);
  for (;;) {
    const steps: Step[] = Array.from({ length: 20 }, (_, index) => ({
      act: 'access',
      subject: labelOf(`patient ${index}`),
    }));
    const batch = writer.batch(steps);
    const { json, transient } = appendCall(logId, batch);
    const answer = parseAppendAnswer(await ledger.submit('append', json, transient));
    writer.commit(batch, answer.endorsedAt);
    tell({ logId, size: answer.size, root: encodeHex(answer.root) });
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${(error as { code?: string }).code ?? String(error)}\n`);
    process.exit(1);
  });
}
