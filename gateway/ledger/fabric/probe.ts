// Who of a channel answers within a short time: own peers, each organisation, each orderer.
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { within } from '../../within.js';
import type { LedgerPart, LedgerProbe } from '../ledger-probe.js';
import { type ChannelConfig, readChannelConfig } from './channel-config.js';
import type { FabricLedger } from './fabric-ledger.js';
import { canConnect, orderersNeeded } from './reach.js';
import { readChainInfo } from './system-call.js';

/** The smallest question to the contract. */
export const QUESTION = ['listLogs', '{"limit":1}'] as const;
/** Orderers come and go with changes of the channel's configuration, which are rare. */
const CONFIG_FOR_MS = 10 * 60_000;

/** Undefined when it fails with a coded error or takes longer. */
function answerWithin<T>(waitMs: number, act: () => Promise<T>): Promise<T | undefined> {
  const answer = act().catch((error: unknown) => {
    if (error instanceof ChartsealError) return undefined;
    throw error;
  });
  return within(answer, waitMs, () => undefined);
}

export class ChannelProbe {
  readonly #ledger: FabricLedger;
  #config: { readonly config: ChannelConfig; readonly at: number } | undefined;

  constructor(ledger: FabricLedger) {
    this.#ledger = ledger;
  }

  /** Takes little longer than `waitMs`, whoever is silent. */
  async ask(waitMs: number): Promise<LedgerProbe> {
    const [peers, organisations, ordering] = await Promise.all([
      this.#peers(waitMs),
      this.#organisations(waitMs),
      this.#orderers(waitMs),
    ]);
    const { endorsing, endorsements, attesting } = this.#ledger.profile;
    const up = new Set(organisations.filter(({ isUp }) => isUp).map(({ name }) => name));
    const count = (names: readonly string[]) => names.filter((name) => up.has(name)).length;
    return {
      parts: [...peers, ...organisations, ...ordering.parts],
      canCommit: count(endorsing) >= endorsements && ordering.isEnough,
      canProve:
        count(attesting.organisations) >= attesting.k &&
        attesting.required.every((name) => up.has(name)),
    };
  }

  async #peers(waitMs: number): Promise<LedgerPart[]> {
    const peers = await this.#ledger.connection.reach(waitMs);
    return peers.map(({ endpoint, isReached }) => ({
      kind: 'peer',
      name: endpoint,
      isUp: isReached,
    }));
  }

  /** Peer and contract of each organisation, through our own peer. */
  #organisations(waitMs: number): Promise<LedgerPart[]> {
    const { mspId: own, endorsing, attesting } = this.#ledger.profile;
    const names = [...new Set([own, ...endorsing, ...attesting.organisations])];
    return Promise.all(
      names.map(async (name) => {
        const [answer, info] = await Promise.all([
          answerWithin(waitMs, () => this.#ledger.evaluateAt(name, ...QUESTION)),
          answerWithin(waitMs, () => readChainInfo(this.#ledger.connection, name)),
        ]);
        return {
          kind: 'organisation' as const,
          name,
          isUp: answer !== undefined,
          ...(info === undefined ? {} : { height: info.height }),
        };
      }),
    );
  }

  async #orderers(waitMs: number): Promise<{ parts: LedgerPart[]; isEnough: boolean }> {
    const config = await this.#channelConfig(waitMs);
    // Nobody of ours answers, which is told by the others.
    if (config === undefined) return { parts: [], isEnough: true };
    const parts = await Promise.all(
      config.orderers.map(async (name) => ({
        kind: 'orderer' as const,
        name,
        isUp: await canConnect(name, waitMs),
      })),
    );
    const up = parts.filter(({ isUp }) => isUp).length;
    return { parts, isEnough: up >= orderersNeeded(config) };
  }

  /** The newest one known. */
  async #channelConfig(waitMs: number): Promise<ChannelConfig | undefined> {
    if (this.#config === undefined || performance.now() - this.#config.at > CONFIG_FOR_MS) {
      const config = await answerWithin(waitMs, () => readChannelConfig(this.#ledger.connection));
      if (config !== undefined) this.#config = { config, at: performance.now() };
    }
    return this.#config?.config;
  }
}
