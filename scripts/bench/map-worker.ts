// Body of a thread that checks and applies batches as the contract does, knowing nothing of the map
// but their witnesses. Its heap is its own, as that of an endorser is.
import { parentPort } from 'node:worker_threads';
import { applyLeaves } from '../../chaincode/core/append-rules.js';
import { equalBytes } from '../../chaincode/core/bytes.js';
import { logLabel } from '../../chaincode/core/labels.js';
import { leafHash, parseLeaf } from '../../chaincode/core/leaf.js';
import { mapRoot } from '../../chaincode/core/subject-map.js';
import { parseWitness } from '../../chaincode/core/witness.js';
import { type Metered, metered } from './workshop.js';

export interface MapBatch {
  readonly root: Uint8Array;
  readonly witness: Uint8Array;
  readonly leaves: readonly Uint8Array[];
}

const LOG = logLabel('bench.example/archive');

/** What the contract does with one batch, its leaves read and hashed already. */
function checkAndApply({ root, witness, leaves: bytes }: MapBatch): Promise<Metered> {
  const leaves = bytes.map(parseLeaf);
  const hashes = bytes.map(leafHash);
  return metered(() => {
    const shown = parseWitness(witness, leaves.length);
    if (!equalBytes(mapRoot(shown), root)) throw new Error('the witness shows another map');
    const after = mapRoot(applyLeaves(shown, leaves, hashes, LOG));
    if (equalBytes(after, root)) throw new Error('the batch changed nothing');
  });
}

const port = parentPort;
if (port === null) throw new Error('map-worker is the body of a thread');
port.on('message', async (batch: MapBatch) => port.postMessage(await checkAndApply(batch)));
