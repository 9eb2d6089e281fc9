// Body of the label thread (label-thread.ts): lists of VRF inputs in, their labels out.
import { parentPort, workerData } from 'node:worker_threads';
import { concat } from '../../../chaincode/core/bytes.js';
import { labelFromBeta } from '../../../chaincode/core/labels.js';
import { vrfBeta } from '../../../chaincode/core/vrf.js';
import { findMultiplier, loadMultiplier } from '../point-multiplier.js';
import type { LabelSetting } from './label-thread.js';

const port = parentPort;
if (port === null) throw new Error('label-worker is the body of a thread');
const { vrfKey } = workerData as LabelSetting;

const labelOf = (alpha: Uint8Array) => labelFromBeta(vrfBeta(vrfKey, alpha, findMultiplier()));

// What arrives before it is loaded waits at the port. A failure ends the thread.
void loadMultiplier().then(() => {
  port.on('message', (alphas: readonly Uint8Array[]) => {
    port.postMessage(concat(...alphas.map(labelOf)));
  });
});
