// Curve arithmetic of libsodium, for who derives many VRF labels: constant time, and four times as
// fast as in JavaScript. It takes a twentieth of a second to load, so a few labels do without it.
import type { MultiplyPoint } from '../../chaincode/core/vrf.js';

let loaded: MultiplyPoint | undefined;

/** From when it resolves on, {@link findMultiplier} finds it in this thread. */
export async function loadMultiplier(): Promise<void> {
  const { default: sodium } = await import('libsodium-wrappers-sumo');
  await sodium.ready;
  loaded = sodium.crypto_scalarmult_ed25519_noclamp;
}

export function findMultiplier(): MultiplyPoint | undefined {
  return loaded;
}
