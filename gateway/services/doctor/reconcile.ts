// Store against ledger: where they stand to each other, and whether the next command that writes
// would come up. Recovery itself is run, and what it finds is thrown away.
import { encodeHex } from '../../../chaincode/core/bytes.js';
import { logLabel } from '../../../chaincode/core/labels.js';
import { EMPTY_ROOT } from '../../../chaincode/core/merkle.js';
import type { LogLedger } from '../../ledger/log-ledger.js';
import { pageKey } from '../../store/keys.js';
import { MapPages } from '../../store/map-pages.js';
import { markerHash, type Store } from '../../store/store.js';
import { compareHead, mapOnDisk, missedAppends, stateAtMarker } from '../sequencer/recovery.js';
import { readUnsent } from '../sequencer/unsent.js';
import { type Finding, ok, quoted, warning } from './finding.js';

function finish(folder: string): string {
  return `any command that writes finishes them, or: chartseal receipt '#0' --data ${quoted(folder)}`;
}

const count = (number: number, one: string, many: string) =>
  `${number} ${number === 1 ? one : many}`;

/** The marker against the ledger's head. Throws LEDGER_BEHIND, LOG_FORKED. */
export async function checkMarker(
  store: Store,
  ledger: LogLedger,
  folder: string,
): Promise<Finding> {
  const marker = store.findMarker();
  const size = marker?.size ?? 0;
  const root = marker === undefined ? EMPTY_ROOT : markerHash(marker.root);
  const head = await compareHead(ledger, { size, root });
  const waiting = store.entriesAtOpen - (marker?.entries ?? 0);
  if (head > size) {
    const beyond = `The ledger has ${count(head - size, 'leaf', 'leaves')} beyond the ${size} that are proven`;
    if (waiting > 0) {
      const sentence = `${beyond}. Their entries wait here; their receipts cannot be made yet.`;
      return warning('marker', sentence, finish(folder));
    }
    const sentence = `${beyond}, and no entry waits here that they could be of.`;
    return warning('marker', sentence, 'do as is said at restart');
  }
  if (waiting > 0) {
    const entries = count(waiting, 'entry is', 'entries are');
    const sentence = `${entries} accepted and not on the ledger. They are safe in the store; no receipt proves them yet.`;
    return warning('marker', sentence, finish(folder));
  }
  const short = encodeHex(root).slice(0, 16);
  return ok('marker', `Store and ledger agree: size ${size}, root ${short}…, all of it proven.`);
}

/** What the next process would do first. Throws what it would be stopped by. */
export async function checkRestart(
  store: Store,
  ledger: LogLedger,
  origin: string,
): Promise<Finding> {
  const pages = new MapPages((prefix) => store.db.find(pageKey(prefix)));
  const label = logLabel(origin);
  let state = await stateAtMarker(store, pages, mapOnDisk(store, pages), label);
  let appends = 0;
  const read = async (first: number, wanted: number) => {
    const found = [];
    for await (const leaf of store.leavesFrom(first)) {
      found.push(leaf);
      if (found.length >= wanted) break;
    }
    return found;
  };
  const explanation = { read, unsent: readUnsent(store) };
  for await (const { after } of missedAppends(ledger, pages, state, explanation, label)) {
    state = after;
    appends++;
  }
  const waiting = store.entriesAtOpen - state.entries;
  const work =
    appends + waiting === 0
      ? 'there is nothing to take over'
      : `it takes over ${count(appends, 'append', 'appends')} and sends ${count(waiting, 'entry', 'entries')}`;
  return ok('restart', `The next command that writes comes up; ${work}.`);
}
