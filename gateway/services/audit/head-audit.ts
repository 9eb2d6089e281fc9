// The ledger's own head against what the leaves lead to. It moves while a gateway runs: then what
// it took since is followed as well, up to the head that it had when it was asked.
import { setTimeout } from 'node:timers/promises';
import { encodeHex, equalBytes } from '../../../chaincode/core/bytes.js';
import { mapRoot } from '../../../chaincode/core/subject-map.js';
import type { LogAnswer } from '../../ledger/log-answers.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import type { StoredLog } from '../../store/store.js';
import type { LogState } from '../sequencer/log-state.js';
import { Check, isFinding, STOPPED, type Stop } from './checks.js';
import { type Follower, takeLeaves } from './follower.js';

const LAG_PAUSE_MS = 250;

type Head = LogAnswer['head'];

export interface HeadAuditOptions {
  readonly ledger: LogLedger;
  /** The store as it goes on: it has what the ledger took meanwhile. */
  readonly live: StoredLog;
  readonly stop: Stop;
}

/** Where several peers answer, one may be behind what another said before. */
async function readHead(ledger: LogLedger, size: number): Promise<Head> {
  const until = performance.now() + (ledger.limits().lagMs ?? 0);
  for (;;) {
    const { head } = await ledger.readLog();
    if (head.size >= size || performance.now() >= until) return head;
    await setTimeout(LAG_PAUSE_MS);
  }
}

/** Goes on to this size, where the ledger is ahead of it. */
async function followTo(
  size: number,
  follower: Follower,
  { live, stop }: HeadAuditOptions,
): Promise<void> {
  if (follower.state.frontier.size >= size) return;
  const leaves = live.leavesFrom(follower.state.entries);
  try {
    for await (const row of follower.appends()) {
      if (stop.aborted || row.size > size) return;
      await follower.follow(row, await takeLeaves(leaves, row));
    }
  } finally {
    await leaves.return(undefined);
  }
}

/** @param isWhole whether all appends up to the moment of the audit could be followed */
export async function auditHead(
  follower: Follower,
  options: HeadAuditOptions,
  isWhole: boolean,
): Promise<Check> {
  const check = new Check('ledger');
  const head = await readHead(options.ledger, isWhole ? follower.state.frontier.size : 0);
  if (!isWhole) {
    check.leaveOpen('the leaves could not be followed to the head of the ledger');
    return check;
  }
  try {
    await followTo(head.size, follower, options);
  } catch (error) {
    if (!isFinding(error)) throw error;
    check.fail(error.code, `what the ledger took since: ${error.message}`, 'evidence');
    return check;
  }
  if (options.stop.aborted) check.leaveOpen(STOPPED);
  else compare(check, head, follower.state);
  return check;
}

function compare(check: Check, head: Head, state: LogState): void {
  const same = {
    size: head.size === state.frontier.size,
    root: equalBytes(head.root, state.root),
    frontier: head.frontier.map(encodeHex).join() === state.frontier.hashes.map(encodeHex).join(),
    'map root': equalBytes(head.mapRoot, mapRoot(state.map)),
    'closing leaf': sameLeaf(head.closingLeaf, state.closingLeaf),
    'number of appends': head.appends === state.appends,
  };
  for (const [what, isSame] of Object.entries(same)) {
    if (isSame) continue;
    const sentence = `the head of the ledger has another ${what} than the leaves lead to`;
    check.fail('LOG_FORKED', sentence, 'evidence');
  }
}

function sameLeaf(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b);
}
