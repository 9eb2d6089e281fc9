// Body of the label thread (label-thread.ts): lists of VRF inputs in, their labels out. The secret
// scalar is multiplied by libsodium, in constant time and four times as fast as in JavaScript.
import { parentPort, workerData } from 'node:worker_threads';
import sodium from 'libsodium-wrappers-sumo';
import { concat } from '../../../chaincode/core/bytes.js';
import { labelFromBeta } from '../../../chaincode/core/labels.js';
import { vrfBeta } from '../../../chaincode/core/vrf.js';
import type { LabelSetting } from './label-thread.js';

const port = parentPort;
if (port === null) throw new Error('label-worker is the body of a thread');
const { vrfKey } = workerData as LabelSetting;

function labelOf(alpha: Uint8Array): Uint8Array {
  const multiply = sodium.crypto_scalarmult_ed25519_noclamp;
  return labelFromBeta(vrfBeta(vrfKey, alpha, multiply));
}

// What arrives before the library is ready waits at the port. A failure ends the thread.
void sodium.ready.then(() => {
  port.on('message', (alphas: readonly Uint8Array[]) => {
    port.postMessage(concat(...alphas.map(labelOf)));
  });
});
