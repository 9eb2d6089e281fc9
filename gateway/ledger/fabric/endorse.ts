// Has a proposal endorsed by a set of organisations. Peers of other organisations lag by some
// milliseconds and then refuse, or answer otherwise: they are asked again. An organisation that is
// down is replaced by another one. Nothing is submitted here, so trying again is always safe.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Transient } from '../ledger.js';
import type { FabricConnection } from './connection.js';
import type { EndorserSets } from './endorser-sets.js';
import { type Refusal, refusalsOf, saysExpired, toLedgerError } from './fabric-errors.js';

/** One call of the contract. */
export interface ContractCall {
  readonly name: string;
  readonly json: string;
  readonly transient?: Transient;
}

/** An endorsed proposal. */
export interface Endorsed {
  readonly txId: string;
  /** gateway.PreparedTransaction, not signed yet. */
  readonly bytes: Uint8Array;
  readonly answer: string;
}

const PATIENCE_MS = 4_000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 400;
/** A peer that lags is asked so often before another organisation is. */
const LAG_ATTEMPTS = 6;
const FAILURE_ATTEMPTS = 2;
/** Who is silent costs so much time that it is avoided for so many times as long. */
const SILENCE_FACTOR = 10;

export function contractOf(gateway: Gateway, { profile }: FabricConnection) {
  return gateway.getNetwork(profile.channel).getContract(profile.chaincode);
}

/** What one attempt says of the organisations that were asked. */
interface Judgement {
  /** The refusal that all of them agree on. */
  readonly refused: ChartsealError | undefined;
  /** Refused, while others did not: they lag, or the others do. */
  readonly lagging: readonly string[];
  /** Could not answer, or answered otherwise than the others. */
  readonly failing: readonly string[];
}

function judge(set: readonly string[], refusals: readonly Refusal[]): Judgement {
  const refusing = new Map<string, ChartsealError>();
  const failing = new Set<string>();
  for (const { mspId, refused } of refusals) {
    if (refused !== undefined) refusing.set(mspId, refused);
    else failing.add(mspId);
  }
  const codes = new Set([...refusing.values()].map(({ code }) => code));
  const isUnanimous = set.every((mspId) => refusing.has(mspId)) && codes.size === 1;
  const [first] = refusing.values();
  return {
    refused: isUnanimous ? first : undefined,
    lagging: [...refusing.keys()],
    failing: [...failing],
  };
}

class Attempts {
  readonly #connection: FabricConnection;
  readonly #sets: EndorserSets;
  readonly #counts = new Map<string, number>();
  /** Organisations that failed, and whether the last thing they said was that we have expired. */
  readonly #failures = new Map<string, boolean>();

  constructor(connection: FabricConnection, sets: EndorserSets) {
    this.#connection = connection;
    this.#sets = sets;
  }

  async endorse(call: ContractCall): Promise<Endorsed> {
    let until = performance.now() + PATIENCE_MS;
    let wasSilent = false;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
      const set = this.#sets.choose();
      const begun = performance.now();
      try {
        return await this.#connection.run((gateway) => this.#ask(gateway, call, set));
      } catch (error) {
        const tookMs = performance.now() - begun;
        const isSilent = await this.#learn(error, call, set, tookMs);
        // One that hangs took all the time there was: the others have not been asked yet.
        if (isSilent && !wasSilent) until = performance.now() + PATIENCE_MS;
        wasSilent ||= isSilent;
        if (performance.now() + pause > until) throw this.#lastFault(error);
      }
      await sleep(pause);
    }
  }

  /**
   * What to give up with. Peers of others look at the end of our certificate, our own does not:
   * with a clock that is behind theirs nobody here sees it. One of them alone may be wrong.
   */
  #lastFault(error: unknown): ChartsealError {
    const known = toLedgerError(error);
    const said = [...this.#failures.values()];
    if (said.length === 0 || said.includes(false)) return known;
    return new ChartsealError('IDENTITY_REFUSED', known.message, { cause: error });
  }

  async #ask(gateway: Gateway, call: ContractCall, set: readonly string[]): Promise<Endorsed> {
    const { name, json, transient } = call;
    const proposal = contractOf(gateway, this.#connection).newProposal(name, {
      arguments: [json],
      endorsingOrganizations: [...set],
      ...(transient === undefined ? {} : { transientData: { ...transient } }),
    });
    const transaction = await proposal.endorse();
    return {
      txId: transaction.getTransactionId(),
      bytes: transaction.getBytes(),
      answer: Buffer.from(transaction.getResult()).toString(),
    };
  }

  /**
   * Decides whom to ask next; throws what asking again would not mend. True where an organisation
   * is named that hangs: it takes calls and does not answer.
   */
  async #learn(
    error: unknown,
    call: ContractCall,
    set: readonly string[],
    tookMs: number,
  ): Promise<boolean> {
    const refusals = refusalsOf(error);
    for (const { mspId, message, refused } of refusals) {
      if (refused === undefined) this.#failures.set(mspId, saysExpired(message));
    }
    const { refused, lagging, failing } = judge(set, refusals);
    if (refused !== undefined)
      throw new ChartsealError(refused.code, refused.message, { cause: error });
    const known = toLedgerError(error);
    if (lagging.length === 0 && known.code !== 'LEDGER_UNAVAILABLE') throw known;
    if (failing.includes(this.#connection.profile.mspId)) await this.#requireIdentity(call);
    for (const mspId of lagging) this.#strike(mspId, LAG_ATTEMPTS);
    const hangs = tookMs > PATIENCE_MS;
    for (const mspId of failing) {
      if (hangs) this.#sets.avoidOrganisation(mspId, SILENCE_FACTOR * tookMs);
      else this.#strike(mspId, FAILURE_ATTEMPTS);
    }
    // The gateway does not say which organisation it could not find.
    if (refusals.length === 0) this.#sets.avoidSet(set);
    return hangs && failing.length > 0;
  }

  #strike(mspId: string, limit: number): void {
    const count = (this.#counts.get(mspId) ?? 0) + 1 / limit;
    this.#counts.set(mspId, count >= 1 ? 0 : count);
    if (count >= 1) this.#sets.avoidOrganisation(mspId);
  }

  /**
   * An endorsement does not tell a refused identity from a contract that cannot be run; an
   * evaluation of the same call does, by its status. Throws IDENTITY_REFUSED.
   */
  async #requireIdentity({ name, json }: ContractCall): Promise<void> {
    try {
      await this.#connection.run((gateway) => {
        const contract = contractOf(gateway, this.#connection);
        const { mspId } = this.#connection.profile;
        return contract
          .newProposal(name, { arguments: [json], endorsingOrganizations: [mspId] })
          .evaluate();
      });
    } catch (error) {
      const known = toLedgerError(error);
      if (known.code === 'IDENTITY_REFUSED') throw known;
    }
  }
}

/**
 * Throws the contract's refusal when all that were asked agree on it, IDENTITY_REFUSED, and
 * LEDGER_UNAVAILABLE when no set of organisations could be brought to agree in time.
 */
export function endorse(
  connection: FabricConnection,
  sets: EndorserSets,
  call: ContractCall,
): Promise<Endorsed> {
  return new Attempts(connection, sets).endorse(call);
}
