// What each organisation's gateway needs to reach the network: one JSON file, its paths relative to
// the file's own folder, so that the state folder can be moved.
import { dirname, relative } from 'node:path';
import type { IdentityRole } from '../chaincode/core/identity-roles.js';
import { caName, caUrl, identityFiles } from './ca-enrol.js';
import { DEFAULT_ENDORSEMENTS, endorsementsOf, findDeployment } from './chaincode-deployment.js';
import { writeWhole } from './files.js';
import { profileFile, tlsRootFile } from './paths.js';
import type { NetworkState, Organisation } from './state.js';

function profileOf(state: NetworkState, organisation: Organisation, endorsements: number): object {
  const { mspId, ports } = organisation;
  const folder = dirname(profileFile(state, organisation));
  const place = (path: string) => relative(folder, path);
  const identity = (role: IdentityRole) => {
    const { certificate, key } = identityFiles(state, organisation, role);
    return { certificate: place(certificate), key: place(key) };
  };
  const tlsRoots = place(tlsRootFile(state, organisation));
  const mspIds = state.organisations.map((one) => one.mspId);
  return {
    format: 'chartseal-fabric/1',
    channel: state.channel,
    chaincode: state.chaincode,
    mspId,
    peers: [{ endpoint: `localhost:${ports.peer}`, tlsRoots }],
    identities: {
      admin: identity('admin'),
      writer: identity('writer'),
      reader: identity('reader'),
    },
    // Its own peer first: that is the one which the gateway reaches anyway.
    endorsing: [mspId, ...mspIds.filter((other) => other !== mspId)],
    endorsements,
    attesting: { organisations: mspIds, k: endorsements, required: [], tolerated: 0 },
    ordering: state.profile,
    ca: { url: caUrl(organisation), name: caName(organisation), tlsRoots },
  };
}

/** Written anew at each `up` and after each upgrade. */
export async function writeConnectionProfiles(state: NetworkState): Promise<void> {
  const deployment = await findDeployment(state);
  const endorsements = deployment === undefined ? DEFAULT_ENDORSEMENTS : endorsementsOf(deployment);
  for (const organisation of state.organisations) {
    const text = `${JSON.stringify(profileOf(state, organisation, endorsements), null, 2)}\n`;
    await writeWhole(profileFile(state, organisation), text);
  }
}
