// Rows about offline verification: one receipt in a fresh process, in a warm one, under a
// checkpoint checked before; a receipt's size in a very long log; a long history.
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import { formatHistory } from '../../gateway/evidence/history.js';
import { formatTrustFile, parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { EvidenceLog } from '../../test/support/evidence-builder.js';
import { accessEntry, documentDigest } from '../../test/support/evidence-entries.js';
import { DOCUMENT, type LargeTree, largeTree, TREE_SIZE } from './large-tree.js';
import { median, type Row, type Values } from './row.js';
import { formatNumber } from './table.js';
import { metered, timed, type Workshop } from './workshop.js';

const REPEATS = 10;
/** All repeats so many times over, until V8 compiles nothing any more. */
const WARM_UP = 5;
const SIGNATURES = 300;
const facts = { digests: { 'sha-256': documentDigest(DOCUMENT) } };
const EMBEDDED =
  'embedded ledger: one signature attests, there are no certificates; three organisations come with Fabric';

const sample = (workshop: Workshop) => workshop.keep('large tree', async () => largeTree(0));

/** Verifies all receipts, archives against their document; throws unless all hold. */
function verifyAll({ receipts, trust: bytes }: LargeTree, cache?: VerifierCache): () => void {
  const trust = parseTrustFile(bytes);
  const rest = cache === undefined ? {} : { cache };
  return () => {
    for (const [index, receipt] of receipts.entries()) {
      const document = index % 2 === 0 ? { document: facts } : {};
      const { verdict } = verifyReceipt({ receipt, trust, ...document, ...rest });
      if (verdict !== 'unchanged') throw new Error(`a receipt is ${verdict}`);
    }
  };
}

function repeated(act: () => void, times: number): () => void {
  return () => {
    for (let repeat = 0; repeat < times; repeat++) act();
  };
}

interface PerItem {
  /** Milliseconds. */
  readonly values: Values;
  /** Processor time, for people. */
  readonly note: string;
}

/**
 * Time for one of `count`, when all are done several times over.
 * @param beside done once in each round, untimed
 */
async function perItem(
  workshop: Workshop,
  act: () => void,
  count: number,
  beside: () => unknown = () => undefined,
): Promise<PerItem> {
  const all = repeated(act, REPEATS);
  const processor: number[] = [];
  repeated(all, WARM_UP)();
  const values = await workshop.repeat(async () => {
    const { ms, processorMs } = await metered(all);
    await beside();
    processor.push(processorMs / (REPEATS * count));
    return ms / (REPEATS * count);
  });
  return { values, note: `${formatNumber(median(processor))} ms of processor time` };
}

export const verifyFirstRow: Row = async (workshop) => {
  const { receipts, trust } = await sample(workshop);
  const folder = workshop.place('receipt');
  mkdirSync(folder);
  const args = [join(__dirname, 'verify-child.js'), join(folder, 'trust'), join(folder, 'receipt')];
  writeFileSync(args[1] as string, trust);
  writeFileSync(args[2] as string, receipts[0] as Uint8Array);
  args.push(facts.digests['sha-256']);
  const processes: number[] = [];
  const values = await workshop.repeat(async () => {
    let first = '';
    processes.push(
      await timed(async () => {
        first = await workshop.run(process.execPath, args);
      }),
    );
    return Number(first);
  });
  workshop.remove(folder);
  const row = 'verify-first';
  return [
    {
      row,
      what: 'first receipt that a process verifies, trust file read too, program loaded',
      unit: 'ms',
      values,
      budget: { limit: 5, is: 'at most', of: 'value' },
      note: EMBEDDED,
    },
    { row, what: 'the whole process, with the start of Node', unit: 'ms', values: processes },
  ];
};

/** As many signatures as one receipt of an embedded ledger has, and nothing else. */
function verifyTwoSignatures(): () => void {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const message = Buffer.alloc(200, 'm');
  const signature = sign(null, message, privateKey);
  return () => {
    for (let signatures = 0; signatures < 2; signatures++) {
      if (!verify(null, message, publicKey, signature)) throw new Error('a signature is lost');
    }
  };
}

export const verifyCachedRow: Row = async (workshop) => {
  const tree = await sample(workshop);
  const signatures = repeated(verifyTwoSignatures(), SIGNATURES);
  const baseline: number[] = [];
  const { values, note } = await perItem(
    workshop,
    verifyAll(tree),
    tree.receipts.length,
    async () => baseline.push((await timed(signatures)) / SIGNATURES),
  );
  return [
    {
      row: 'verify-cached',
      what: 'one receipt in a warm process, its checkpoint checked anew (both signatures)',
      unit: 'ms',
      values,
      baseline: { what: 'two Ed25519 signatures verified by OpenSSL', values: baseline },
      budget: { limit: 0.45, is: 'at most', of: 'value' },
      note: `${note}; ${EMBEDDED}`,
    },
  ];
};

export const verifySameCheckpointRow: Row = async (workshop) => {
  const tree = await sample(workshop);
  const cached = verifyAll(tree, new VerifierCache());
  return [
    {
      row: 'verify-same-checkpoint',
      what: 'one receipt in a warm process, under a checkpoint checked before',
      unit: 'ms',
      ...(await perItem(workshop, cached, tree.receipts.length)),
      budget: { limit: 0.05, is: 'at most', of: 'value' },
    },
  ];
};

export const receiptSizeRow: Row = async (workshop) => {
  const tree = await sample(workshop);
  verifyAll(tree)();
  const largest = Math.max(...tree.receipts.map(({ length }) => length));
  return [
    {
      row: 'receipt-size',
      what: `largest of ${tree.receipts.length} receipts in a log of ${TREE_SIZE.toLocaleString('en-US')} leaves`,
      unit: 'bytes',
      values: [largest],
      budget: { limit: 8192, is: 'at most', of: 'value' },
      note: EMBEDDED,
    },
  ];
};

const EVENTS = 1000;
const APPENDS = 10;
const NEIGHBOURS = 30;
const PATIENT = 'P1';

function longHistory(): { history: Uint8Array; trust: Uint8Array } {
  const log = new EvidenceLog();
  const patient = log.patientLabel(PATIENT);
  const access = (subject: Uint8Array, day: string, seed: string) => {
    const entry = accessEntry({ origin: log.origin, at: `${day}T08:00:00.000Z`, seed });
    return { act: 'access' as const, subject, entry };
  };
  for (let append = 0; append < APPENDS; append++) {
    const day = `2026-11-${append + 10}`;
    const events = Array.from({ length: EVENTS / APPENDS }, (_, at) =>
      access(patient, day, `${append}/${at}`),
    );
    const others = Array.from({ length: append === 0 ? NEIGHBOURS : 0 }, (_, at) =>
      access(log.patientLabel(`N${at}`), day, `neighbour ${at}`),
    );
    log.append(`${day}T09:00:00.000Z`, [...events, ...others]);
  }
  const history = formatHistory(log.history({ patient: PATIENT }));
  return { history, trust: formatTrustFile(log.trustFile()) };
}

export const historyRow: Row = async (workshop) => {
  const { history, trust: bytes } = longHistory();
  const trust = parseTrustFile(bytes);
  const verifyOne = () => {
    const { verdict, events } = verifyHistory({ history, trust });
    if (verdict !== 'complete' || events.length !== EVENTS) throw new Error(`it is ${verdict}`);
  };
  return [
    {
      row: 'history-1000',
      what: `a history of ${EVENTS.toLocaleString('en-US')} events, everything shown`,
      unit: 'ms',
      ...(await perItem(workshop, verifyOne, 1)),
      budget: { limit: 50, is: 'at most', of: 'value' },
    },
  ];
};
