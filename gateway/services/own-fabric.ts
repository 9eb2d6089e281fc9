// A Fabric channel as the writer of a data folder has it open: what it attests is verified by the
// channel's own trust before it is kept, so that no receipt is made that nobody can verify.
import { X509Certificate } from 'node:crypto';
import { decodeHex } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import type { FabricConfig } from '../data/config.js';
import type { CheckpointAnswer } from '../evidence/answer.js';
import type { Attestation } from '../evidence/attestation.js';
import { checkAttestation } from '../evidence/attestation-check.js';
import { checkPolicy } from '../evidence/policy-check.js';
import { isOk } from '../evidence/steps.js';
import { formatTrustFile, parseTrustFile, type Trust } from '../evidence/trust.js';
import { auditChain, findNewestAppend } from '../ledger/fabric/chain-audit.js';
import { readChannelTrust } from '../ledger/fabric/channel-trust.js';
import { type FabricLedger, openFabricLedger } from '../ledger/fabric/fabric-ledger.js';
import { ChannelProbe } from '../ledger/fabric/probe.js';
import { type FabricProfile, readFabricProfile } from '../ledger/fabric/profile.js';
import type { LedgerProbe } from '../ledger/ledger-probe.js';
import type { LogContext } from './log-context.js';
import type { BlockAudit, OwnNetwork } from './own-network.js';

const INTERVAL_MS = 250;

/** Makes a trust file durable that was just learned. */
export type KeepTrust = (trustFile: Uint8Array) => Promise<void>;

/** Why the attestation does not count; undefined when it does. */
function faultOf(
  attestation: Attestation,
  answer: CheckpointAnswer,
  trust: Trust,
): string | undefined {
  const { origin, size } = answer;
  const log = trust.logsByOrigin.get(origin);
  if (log === undefined) return 'It is about another log.';
  const checkpoint = { origin, size, root: decodeHex(answer.root, 'root', HASH_BYTES) };
  const { finding, attested } = checkAttestation({ attestation }, checkpoint, log, trust);
  if (attested === undefined) return finding.sentence;
  const policy = checkPolicy(attested.endorsers, log, trust);
  return isOk(policy) ? undefined : policy.sentence;
}

/** Throws BAD_INPUT when the profile has become one of another channel or organisation. */
export async function readOwnProfile(config: FabricConfig): Promise<FabricProfile> {
  const profile = await readFabricProfile(config.profile);
  if (profile.channel !== config.channel || profile.mspId !== config.mspId) {
    const text = `${config.profile} is of ${profile.mspId} on channel ${profile.channel}; the data folder is of ${config.mspId} on ${config.channel}`;
    throw new ChartsealError('BAD_INPUT', text);
  }
  return profile;
}

export class OwnFabric implements OwnNetwork {
  readonly kind = 'fabric';
  readonly intervalMs = INTERVAL_MS;
  readonly ledger: FabricLedger;
  readonly #probe: ChannelProbe;
  readonly #keep: KeepTrust | undefined;
  #trustFile: Uint8Array | undefined;
  /** What attestations are judged by; undefined until the channel itself was asked. */
  #trust: Trust | undefined;

  private constructor(ledger: FabricLedger, keep: KeepTrust | undefined) {
    this.ledger = ledger;
    this.#probe = new ChannelProbe(ledger);
    this.#keep = keep;
  }

  /** Throws the codes of {@link readOwnProfile} and {@link openFabricLedger}. */
  static async open(config: FabricConfig, keep?: KeepTrust): Promise<OwnFabric> {
    return new OwnFabric(await openFabricLedger(await readOwnProfile(config), 'writer'), keep);
  }

  /** Reads the channel's configuration anew. */
  async learnTrust(log: Pick<LogContext, 'logId' | 'registration'>): Promise<void> {
    const trustFile = formatTrustFile(await readChannelTrust(this.ledger, log));
    await this.#keep?.(trustFile);
    this.#trustFile = trustFile;
    this.#trust = parseTrustFile(trustFile);
  }

  /** Gives out the trust file of an earlier process until the channel was asked. */
  recallTrust(trustFile: Uint8Array): void {
    this.#trustFile = trustFile;
  }

  trustFile(): Uint8Array {
    if (this.#trustFile === undefined) {
      throw new ChartsealError('LEDGER_UNAVAILABLE', 'the channel was not asked yet');
    }
    return this.#trustFile;
  }

  /**
   * Throws IDENTITY_REFUSED unless it verifies by the channel's configuration as it is now: the
   * contract may have been replaced, or an organisation been given other authorities.
   */
  async verify(
    log: Pick<LogContext, 'logId' | 'registration'>,
    attestation: Attestation,
    answer: CheckpointAnswer,
  ): Promise<void> {
    if (this.#trust !== undefined && faultOf(attestation, answer, this.#trust) === undefined)
      return;
    await this.learnTrust(log);
    const fault = faultOf(attestation, answer, parseTrustFile(this.trustFile()));
    if (fault === undefined) return;
    throw new ChartsealError('IDENTITY_REFUSED', `the attestation does not verify: ${fault}`);
  }

  async audit(logId: string): Promise<BlockAudit> {
    const { blocks, transactions, appends, closingLeaves } = await auditChain(this.ledger, logId);
    const sentence = `${blocks} blocks of the channel, ${transactions} transactions of the contract, each block chained to the one before`;
    return { appends, closingLeaves, sentence };
  }

  async describeWriter(logId: string): Promise<string | undefined> {
    const found = await findNewestAppend(this.ledger, logId);
    if (found === undefined) return undefined;
    const { mspId, certificatePem } = found.creator;
    const { subject } = new X509Certificate(certificatePem);
    const name = subject.split('\n').at(-1);
    return `the newest append was sent by ${mspId}, ${name}, in block ${found.block}`;
  }

  probe(waitMs: number): Promise<LedgerProbe> {
    return this.#probe.ask(waitMs);
  }

  async close(): Promise<void> {
    await this.ledger.close();
  }
}
