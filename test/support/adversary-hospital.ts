// A hospital that holds all keys of its organisation, a log of it on the live channel, and what the
// auditor's own peer says of that log before and after each attack.
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import type { IdentityRole } from '../../chaincode/core/identity-roles.js';
import type { FabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readChainInfo } from '../../gateway/ledger/fabric/system-call.js';
import type { Ledger } from '../../gateway/ledger/ledger.js';
import { Fixture, type TestLog } from '../ledger/conformance/channel.js';
import {
  type Asked,
  askPeer,
  type Caller,
  openCaller,
  order,
  type PeerWord,
  readTransaction,
  transactionOf,
} from './adversary-transaction.js';
import { expectCodeAsync } from './expect-code.js';
import { openLive } from './live-identities.js';
import { type LiveNetwork, liveNetwork, type OrganisationName } from './live-network.js';
import type { TestBatch } from './log-writer.js';

/** Other files of the run have logs of other names. */
class AdversaryFixture extends Fixture {
  readonly #name = randomBytes(6).toString('hex');
  #count = 0;

  override newRequest(overrides = {}) {
    this.#count += 1;
    const origin = `adversary-${this.#count}.${this.#name}.example/archive`;
    return super.newRequest({ origin, ...overrides });
  }
}

/** A page has at most 1,000 rows; these logs have a handful. */
const PAGE = { after: 0 };

export class Adversary {
  readonly live: LiveNetwork;
  readonly fixture: Fixture;
  /** The auditor's own reader at the auditor's own peer. */
  readonly auditor: FabricLedger;
  readonly writer: Caller;
  readonly admin: Caller;
  readonly #opened: Ledger[];

  private constructor(
    live: LiveNetwork,
    fixture: Fixture,
    opened: Ledger[],
    callers: { auditor: FabricLedger; writer: Caller; admin: Caller },
  ) {
    this.live = live;
    this.fixture = fixture;
    this.auditor = callers.auditor;
    this.writer = callers.writer;
    this.admin = callers.admin;
    this.#opened = opened;
  }

  static async open(): Promise<Adversary> {
    const live = await liveNetwork();
    const opened: Ledger[] = [];
    const keep = <L extends Ledger>(ledger: L): L => {
      opened.push(ledger);
      return ledger;
    };
    const caller = async (role: IdentityRole) => {
      const found = await openCaller(live, 'hospital-a', role);
      keep(found.ledger);
      return found;
    };
    const fixture = new AdversaryFixture();
    fixture.channel = {
      open: async (organisation, role) => keep(await openLive(live, organisation, role)),
      close: async () => undefined,
    };
    const auditor = keep(await openLive(live, 'auditor', 'reader'));
    const [writer, admin] = [await caller('writer'), await caller('admin')];
    return new Adversary(live, fixture, opened, { auditor, writer, admin });
  }

  async close(): Promise<void> {
    for (const ledger of this.#opened) await ledger.close();
  }

  /** Head, root and history of logs as the auditor's peer has them. */
  async seen(...logs: readonly Pick<TestLog, 'logId'>[]): Promise<string> {
    await this.#caughtUp();
    const words: string[] = [];
    for (const { logId } of logs) {
      words.push(await this.auditor.evaluate('readLog', canonicalJson({ logId })));
      const history = canonicalJson({ logId, ...PAGE });
      words.push(await this.auditor.evaluate('listCheckpoints', history));
    }
    return words.join('\n');
  }

  /** Ids and owners of all logs, as the auditor's peer has them. */
  async logsSeen(): Promise<string> {
    await this.#caughtUp();
    const pages: string[] = [];
    for (let after: string | undefined; ; ) {
      const request = after === undefined ? {} : { after };
      const page = await this.auditor.evaluate('listLogs', canonicalJson(request));
      pages.push(page);
      after = JSON.parse(page).next;
      if (after === undefined) return pages.join('\n');
    }
  }

  /** Whatever `act` tries, the auditor sees these logs as before. */
  async withoutEffect(logs: readonly TestLog[], act: () => Promise<unknown>): Promise<void> {
    const before = await this.seen(...logs);
    await act();
    expect(await this.seen(...logs)).to.equal(before);
  }

  /** As {@link withoutEffect}, for a call that is refused before it is ordered. */
  async refused(
    logs: readonly TestLog[],
    act: () => Promise<unknown>,
    code: ErrorCode,
  ): Promise<void> {
    await this.withoutEffect(logs, () => expectCodeAsync(act, code));
  }

  async refusedBatch(log: TestLog, batch: TestBatch, code: ErrorCode): Promise<void> {
    await this.refused([log], () => log.submit(batch), code);
  }

  ask(asked: Asked, ...names: readonly OrganisationName[]): Promise<PeerWord[]> {
    return Promise.all(names.map((name) => askPeer(this.live, name, asked)));
  }

  /** Has an answer ordered with these endorsements; its code in the auditor's blocks. */
  async orderedAs(
    asked: Asked,
    payload: Uint8Array,
    endorsements: readonly PeerWord['endorsement'][],
    caller = this.writer,
  ): Promise<string> {
    await order(caller, transactionOf(asked, payload, endorsements));
    return (await readTransaction(this.auditor, asked.txId)).code;
  }

  /** Until the auditor's peer has every block that hospital-a's has. */
  async #caughtUp(): Promise<void> {
    const { height } = await readChainInfo(this.writer.ledger.connection);
    while ((await readChainInfo(this.auditor.connection)).height < height);
  }
}
