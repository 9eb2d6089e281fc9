// What is deployed: STATE/chaincode/deployment.json, and beside it upgrade.json while the next
// definition is on its way. Both are written before what they say is done.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalBytes } from '../chaincode/core/canonical-json.js';
import { damagedFile } from '../chaincode/core/errors.js';
import { parseJsonBytes } from '../chaincode/core/json.js';
import { checkShape, hex, integer, map, object, oneOf, text } from '../chaincode/core/shape.js';
import { findFile, writeWhole } from './files.js';
import { chaincodeFolder } from './paths.js';
import type { NetworkState } from './state.js';

export interface Deployment {
  /** Of the definition on the channel. */
  readonly version: string;
  readonly sequence: number;
  /** Signature policy as Fabric writes it. */
  readonly policy: string;
  readonly label: string;
  readonly packageId: string;
  /** Of the staged contract. */
  readonly digest: string;
  /** Where each organisation's service listens, by the organisation's name. */
  readonly ports: Readonly<Record<string, number>>;
}

type Which = 'deployment' | 'upgrade';

const FORMAT = 'chartseal-deployment/1';
const WORD = text({ min: 1, max: 256 });
const SHAPE = object({
  format: oneOf([FORMAT]),
  version: WORD,
  sequence: integer({ min: 1 }),
  policy: text({ min: 1, max: 4096 }),
  label: WORD,
  packageId: WORD,
  digest: hex(32),
  ports: map(text({ min: 1, max: 256 }), integer({ min: 1, max: 65_535 }), { max: 16 }),
});

const fileOf = (state: NetworkState, which: Which) => join(chaincodeFolder(state), `${which}.json`);

const PUT_BACK = 'Put the file back from a copy of the state folder: nothing else says it all.';

/** Throws BAD_INPUT, BAD_JSON, FILE_UNREADABLE. */
export async function findDeployment(
  state: NetworkState,
  which: Which = 'deployment',
): Promise<Deployment | undefined> {
  const path = fileOf(state, which);
  const bytes = await findFile(path);
  if (bytes === undefined) return undefined;
  try {
    const value = parseJsonBytes(bytes, 'its text');
    checkShape(SHAPE, value, 'its text');
    const { format: _, ...deployment } = value as unknown as Deployment & { format: string };
    return deployment;
  } catch (error) {
    throw damagedFile(error, path, PUT_BACK);
  }
}

export async function writeDeployment(
  state: NetworkState,
  deployment: Deployment,
  which: Which = 'deployment',
): Promise<void> {
  await writeWhole(fileOf(state, which), canonicalBytes({ format: FORMAT, ...deployment }));
}

/** The next definition is the one of the channel now. */
export async function finishUpgrade(state: NetworkState): Promise<void> {
  await rename(fileOf(state, 'upgrade'), fileOf(state, 'deployment'));
}

/** How many organisations' peers must endorse, and attest, unless the channel says otherwise. */
export const DEFAULT_ENDORSEMENTS = 2;

/** So many of the peers of all organisations. */
export function endorsementPolicy(state: NetworkState, endorsements: number): string {
  const peers = state.organisations.map(({ mspId }) => `'${mspId}.peer'`);
  return `OutOf(${endorsements},${peers.join(',')})`;
}

/** How many organisations a policy of {@link endorsementPolicy} wants. */
export function endorsementsOf({ policy }: Deployment): number {
  return Number(/^OutOf\(([1-9][0-9]*),/.exec(policy)?.[1] ?? 1);
}
