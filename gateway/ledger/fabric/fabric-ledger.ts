// The ledger port over a Fabric channel, for one identity of one organisation.

import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { IdentityRole } from '../../../chaincode/core/identity-roles.js';
import { MAX_APPEND_LEAVES } from '../../../chaincode/core/limits.js';
import type { Attestation } from '../../evidence/attestation.js';
import type { Ledger, LedgerEvent, LedgerLimits, Transient } from '../ledger.js';
import { formatAttestation } from './attest.js';
import { BlockStreams, type OnTrouble } from './block-events.js';
import { FabricConnection } from './connection.js';
import { contractOf, type Endorsed, endorse } from './endorse.js';
import { type Avoided, type Choice, EndorserSets } from './endorser-sets.js';
import type { FabricBlock } from './fabric-blocks.js';
import { toLedgerError } from './fabric-errors.js';
import { type FabricProfile, type IdentityMaterial, readIdentity } from './profile.js';
import { parseP256Key } from './signer.js';
import { submit } from './submit.js';

/** SmartBFT takes transactions of 512,000 bytes: so many hashes in base64, with room to spare. */
const BFT_APPEND_LEAVES = 8_192;
/** Peers restart, catch up and take over from each other within this time. */
const LAG_MS = 30_000;

/** The own organisation first, where it is among them. */
function ownFirst(organisations: readonly string[], own: string): readonly string[] {
  if (!organisations.includes(own)) return organisations;
  return [own, ...organisations.filter((mspId) => mspId !== own)];
}

export class FabricLedger implements Ledger {
  readonly connection: FabricConnection;
  readonly #streams: BlockStreams;
  /** Who does not endorse does not attest either. */
  readonly #avoided: Avoided = new Map();
  readonly #endorsers: EndorserSets;
  /** By the organisations that are asked. */
  readonly #attesters = new Map<string, EndorserSets>();

  constructor(connection: FabricConnection) {
    this.connection = connection;
    this.#streams = new BlockStreams(connection);
    const { endorsing, endorsements, mspId } = connection.profile;
    const from = ownFirst(endorsing, mspId);
    this.#endorsers = new EndorserSets({ from, count: endorsements, required: [] }, this.#avoided);
  }

  get profile(): FabricProfile {
    return this.connection.profile;
  }

  /** Only the own organisation's peers are believed without an endorsement by others. */
  async evaluate(name: string, json: string): Promise<string> {
    return this.evaluateAt(this.profile.mspId, name, json);
  }

  /** As {@link evaluate}, at a peer of this organisation. */
  async evaluateAt(mspId: string, name: string, json: string): Promise<string> {
    try {
      const answer = await this.connection.run((gateway) =>
        contractOf(gateway, this.connection)
          .newProposal(name, { arguments: [json], endorsingOrganizations: [mspId] })
          .evaluate(),
      );
      return Buffer.from(answer).toString();
    } catch (error) {
      throw toLedgerError(error);
    }
  }

  async submit(name: string, json: string, transient: Transient = {}): Promise<string> {
    try {
      return await submit(this.connection, this.#endorsers, { name, json, transient });
    } catch (error) {
      throw toLedgerError(error);
    }
  }

  /** @param organisations all of them attest; none: as many as the profile asks for */
  async attest(json: string, organisations: readonly string[] = []): Promise<Attestation> {
    const { bytes } = await this.endorseCheckpoint(json, organisations);
    return formatAttestation(bytes) as unknown as Attestation;
  }

  /** As {@link attest}, before it is formatted. */
  async endorseCheckpoint(json: string, organisations: readonly string[] = []): Promise<Endorsed> {
    const sets = this.#attestersOf(organisations);
    try {
      return await endorse(this.connection, sets, { name: 'readCheckpoint', json });
    } catch (error) {
      throw toLedgerError(error);
    }
  }

  subscribe(fromBlock: number): AsyncIterable<LedgerEvent> {
    return this.#streams.events(fromBlock);
  }

  /** Whole blocks, as {@link subscribe} gives their transactions. */
  blocks(fromBlock: number, onTrouble?: OnTrouble): AsyncIterable<FabricBlock> {
    return this.#streams.blocks(fromBlock, onTrouble);
  }

  limits(): LedgerLimits {
    const { ordering, appendLeaves = MAX_APPEND_LEAVES } = this.profile;
    const most = ordering === 'bft' ? BFT_APPEND_LEAVES : MAX_APPEND_LEAVES;
    return { appendLeaves: Math.min(most, appendLeaves), lagMs: LAG_MS };
  }

  async close(): Promise<void> {
    this.#streams.close();
    this.connection.close();
  }

  #attestersOf(organisations: readonly string[]): EndorserSets {
    const key = organisations.join('\n');
    const known = this.#attesters.get(key);
    if (known !== undefined) return known;
    const sets = new EndorserSets(this.#choiceOf(organisations), this.#avoided);
    this.#attesters.set(key, sets);
    return sets;
  }

  #choiceOf(organisations: readonly string[]): Choice {
    if (organisations.length > 0) {
      return { from: organisations, count: organisations.length, required: [] };
    }
    const { attesting, mspId } = this.profile;
    const from = ownFirst(attesting.organisations, mspId);
    return { from, count: attesting.k, required: attesting.required };
  }
}

/** A key of the profile is in no backup of the data folder's keys. */
function requireKey({ keyPem }: IdentityMaterial, whose: string): void {
  try {
    parseP256Key(keyPem);
  } catch (cause) {
    if (!(cause instanceof ChartsealError)) throw cause;
    const text = `the identity ${whose}: ${cause.message}`;
    throw new ChartsealError('IDENTITY_REFUSED', text, { cause });
  }
}

/** Throws IDENTITY_REFUSED, BAD_INPUT, KEY_EXPOSED and the codes of reading files. */
export async function openFabricLedger(
  profile: FabricProfile,
  role: IdentityRole,
): Promise<FabricLedger> {
  const identity = await readIdentity(profile, role);
  requireKey(identity, `${role} of ${profile.path}`);
  const connection = await FabricConnection.open(profile, identity);
  try {
    connection.requireUsable();
  } catch (error) {
    connection.close();
    throw error instanceof ChartsealError ? error : toLedgerError(error);
  }
  return new FabricLedger(connection);
}
