// What a verifier needs to know of a channel, from the channel's own configuration as the own peer
// has it: worth as much as that peer, until somebody has compared it with another organisation's.
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { Registration } from '../../../chaincode/core/registration.js';
import { TRUST_FORMAT, type TrustFile } from '../../evidence/trust.js';
import { formatAttestation } from './attest.js';
import { readChannelConfig } from './channel-config.js';
import { readDefinitions } from './definitions.js';
import type { FabricLedger } from './fabric-ledger.js';

/** Throws LEDGER_CORRUPT for a configuration that is not understood, and codes of the peer. */
export async function readChannelTrust(
  ledger: FabricLedger,
  { logId, registration }: { readonly logId: string; readonly registration: Registration },
): Promise<TrustFile> {
  const { profile, connection } = ledger;
  const { ordering, organisations } = await readChannelConfig(connection);
  // Any answer of the contract shows which definition is in force; the own peer's word will do.
  const request = canonicalJson({ logId, size: 0 });
  const { bytes } = await ledger.endorseCheckpoint(request, [profile.mspId]);
  const contract = await readDefinitions(connection, formatAttestation(bytes));
  const { k, required, tolerated } = profile.attesting;
  return {
    format: TRUST_FORMAT,
    channel: profile.channel,
    ordering,
    contract,
    organisations,
    policy: { k, required, tolerated },
    logs: [{ origin: registration.origin, logId, registration }],
  };
}
