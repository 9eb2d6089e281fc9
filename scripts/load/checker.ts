// Holds the log to what was answered: each event that was answered with success is in it exactly
// once, and has a receipt that verifies offline.
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { CLOSING_ACT, leafHash } from '../../chaincode/core/leaf.js';
import { VerifierCache } from '../../gateway/evidence/checkpoint-check.js';
import type { Trust } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import type { LoadClient } from './client.js';
import type { Answered } from './sender.js';

const AT_ONCE = 8;
const PAUSE_MS = 200;

export interface LogCheck {
  /** Answered events whose leaf is not in the log. */
  readonly missing: number;
  /** Leaves that stand in the log more than once. */
  readonly doubled: number;
  /** Leaves since the beginning of the run that belong to no answered event. */
  readonly others: number;
}

export interface ReceiptCheck {
  readonly verified: number;
  /** By reason; at most a few of each kind matter. */
  readonly failed: Readonly<Record<string, number>>;
}

/** Size of the log as its newest checkpoint says; 0 when there is none. */
export async function logSize(client: LoadClient): Promise<number> {
  const { status, body } = await client.ask('/v1/log/checkpoint');
  if (status !== 200) return 0;
  return Number(body.toString().split('\n')[1]);
}

interface LeafLine {
  readonly leaf: string;
  readonly leafHash: string;
}

/** Hashes of the submitted leaves from an index on. */
async function* submittedLeaves(client: LoadClient, from: number): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of client.stream(`/v1/log/leaves?from=${from}`)) {
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const row = JSON.parse(line) as LeafLine;
      const leaf = Buffer.from(row.leaf, 'base64');
      const hash = encodeHex(leafHash(leaf));
      if (hash !== row.leafHash) throw new Error('a leaf does not have the hash beside it');
      if (leaf[1] !== CLOSING_ACT) yield hash;
    }
  }
}

async function checkLogNow(
  client: LoadClient,
  answered: readonly Answered[],
  from: number,
): Promise<LogCheck> {
  const seen = new Map<string, number>();
  for await (const hash of submittedLeaves(client, from)) {
    seen.set(hash, (seen.get(hash) ?? 0) + 1);
  }
  const wanted = new Set(answered.map((one) => one.leafHash));
  return {
    missing: answered.filter((one) => !seen.has(one.leafHash)).length,
    // Two events with one leaf would be one event in the log.
    doubled:
      [...seen.values()].filter((count) => count > 1).length + (answered.length - wanted.size),
    others: [...seen.keys()].filter((hash) => !wanted.has(hash)).length,
  };
}

/**
 * Waits until nothing is missing, for as long as that is borne.
 * @param from size of the log before the run
 */
export async function checkLog(
  client: LoadClient,
  answered: readonly Answered[],
  { from, patienceMs }: { readonly from: number; readonly patienceMs: number },
): Promise<LogCheck> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const found = await checkLogNow(client, answered, from);
    if (found.missing === 0 || performance.now() > until) return found;
    await sleep(PAUSE_MS);
  }
}

function* sampleOf<T>(all: readonly T[], count: number): Generator<T> {
  const wanted = Math.min(count, all.length);
  for (let at = 0; at < wanted; at++) yield all[Math.floor((at * all.length) / wanted)] as T;
}

async function fetchReceipt(client: LoadClient, hash: string, until: number): Promise<Uint8Array> {
  for (;;) {
    const { status, body } = await client.ask(`/v1/receipts/${hash}`, { Prefer: 'wait=30' });
    if (status === 200) return body;
    if (status !== 409 || performance.now() > until) {
      throw new Error(`no receipt: ${status} ${JSON.parse(body.toString()).code}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** Throws what is wrong with it. */
function checkReceipt(receipt: Uint8Array, one: Answered, trust: Trust, cache: VerifierCache) {
  const result = verifyReceipt({ receipt, trust, cache });
  // No document belongs to an access event, so that step alone is not checked.
  const bad = result.steps.filter(({ step, status }) => status !== 'OK' && step !== 'document');
  if (bad.length > 0) throw new Error(`step ${bad.map(({ step }) => step).join(', ')}`);
  const { entry } = result;
  if (result.leafHash !== one.leafHash) throw new Error('the receipt is of another leaf');
  if (entry?.act !== 'access' || entry.source.requestId !== one.requestId) {
    throw new Error('the receipt is of another event');
  }
}

/** Receipts of events spread over the run, fetched and verified. */
export async function checkReceipts(
  client: LoadClient,
  answered: readonly Answered[],
  trust: Trust,
  { count, patienceMs }: { readonly count: number; readonly patienceMs: number },
): Promise<ReceiptCheck> {
  const until = performance.now() + patienceMs;
  const cache = new VerifierCache();
  const failed: Record<string, number> = {};
  const left = sampleOf(answered, count);
  let verified = 0;
  const work = async () => {
    for (const one of left) {
      try {
        checkReceipt(await fetchReceipt(client, one.leafHash, until), one, trust, cache);
        verified++;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failed[reason] = (failed[reason] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { verified, failed };
}
