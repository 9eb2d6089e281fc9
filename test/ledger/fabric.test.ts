// The engine of a Fabric channel faces the suite of all engines, on a live network.
import type { Ledger } from '../../gateway/ledger/ledger.js';
import { openLive } from '../support/live-identities.js';
import { LIVE_TIMEOUT_MS, liveNetwork } from '../support/live-network.js';
import { conformanceSuite } from './conformance.js';

conformanceSuite(
  'fabric',
  async () => {
    const live = await liveNetwork();
    const opened: Ledger[] = [];
    return {
      open: async (organisation, role) => {
        const ledger = await openLive(live, organisation, role);
        opened.push(ledger);
        return ledger;
      },
      close: async () => {
        for (const ledger of opened) await ledger.close();
      },
    };
  },
  { timeoutMs: 180_000, openMs: LIVE_TIMEOUT_MS },
);
