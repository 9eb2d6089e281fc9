// What the conformance suite needs of an engine, and the logs that its cases work on.
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { encodeBase64, encodeHex } from '../../../chaincode/core/bytes.js';
import { canonicalJson } from '../../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../../chaincode/core/errors.js';
import type { RegistrationRequest } from '../../../chaincode/core/registration.js';
import type { Ledger } from '../../../gateway/ledger/ledger.js';
import type { AppendAnswer, RegisteredLog } from '../../../gateway/ledger/log-answers.js';
import { parseAppendAnswer } from '../../../gateway/ledger/log-answers.js';
import { LogLedger, registerLog } from '../../../gateway/ledger/log-ledger.js';
import { newEd25519Key, type TestKey } from '../../support/ed25519-key.js';
import { expectCodeAsync } from '../../support/expect-code.js';
import {
  appendCall,
  type ExpectedAppend,
  LogWriter,
  type Step,
  type TestBatch,
} from '../../support/log-writer.js';

export type Organisation = 'hospital-a' | 'hospital-b' | 'auditor';
export type Role = 'admin' | 'writer' | 'reader';
export const ALL_ORGANISATIONS: readonly Organisation[] = ['hospital-a', 'hospital-b', 'auditor'];
export const ALL_ROLES: readonly Role[] = ['admin', 'writer', 'reader'];

/** A channel of three organisations, in which other logs may stand already. */
export interface TestChannel {
  /** @param noteKey what attestations are signed with, on engines where the log itself signs */
  open(organisation: Organisation, role: Role, noteKey?: TestKey): Promise<Ledger>;
  /** Puts the callers' clocks off, where an engine lets a test do so. */
  skewClocks?(ms: number): void;
  close(): Promise<void>;
}

/** The channel of a suite, opened before its first case; connections are kept. */
export class Fixture {
  #channel: TestChannel | undefined;
  readonly #ledgers = new Map<string, Promise<Ledger>>();
  readonly #name = randomBytes(6).toString('hex');
  #logs = 0;

  set channel(channel: TestChannel) {
    this.#channel = channel;
  }

  get channel(): TestChannel {
    if (this.#channel === undefined) throw new Error('the channel is not open');
    return this.#channel;
  }

  open(organisation: Organisation, role: Role): Promise<Ledger> {
    const key = `${organisation} ${role}`;
    const ledger = this.#ledgers.get(key) ?? this.channel.open(organisation, role);
    this.#ledgers.set(key, ledger);
    return ledger;
  }

  /** A request that nobody has made before. */
  newRequest(overrides: Partial<RegistrationRequest> = {}): RegistrationRequest {
    this.#logs += 1;
    return {
      origin: `log-${this.#logs}.${this.#name}.example/archive`,
      noteKey: encodeBase64(newEd25519Key().publicKey),
      vrfKey: encodeBase64(newEd25519Key().publicKey),
      recordKeyDigest: 'ab'.repeat(32),
      recordLabels: 'hmac',
      patientSystems: [{ system: 'urn:hospital', form: 'upper', length: 8 }],
      description: 'a log of the conformance suite',
      ...overrides,
    };
  }

  /** A log of an organisation, with a writer that knows all of it. */
  async newLog(organisation: Organisation = 'hospital-a'): Promise<TestLog> {
    const noteKey = newEd25519Key();
    const request = this.newRequest({ noteKey: encodeBase64(noteKey.publicKey) });
    const registered = await registerLog(await this.open(organisation, 'admin'), request);
    return new TestLog(registered, await this.open(organisation, 'writer'), noteKey);
  }
}

export class TestLog {
  readonly registered: RegisteredLog;
  readonly logId: string;
  /** Connection of a writer of the owner. */
  readonly ledger: Ledger;
  readonly log: LogLedger;
  readonly noteKey: TestKey;
  readonly writer: LogWriter;

  constructor(registered: RegisteredLog, ledger: Ledger, noteKey: TestKey) {
    this.registered = registered;
    this.logId = registered.logId;
    this.ledger = ledger;
    this.log = new LogLedger(ledger, registered.logId);
    this.noteKey = noteKey;
    this.writer = new LogWriter(registered.registration.origin);
  }

  /** Sends a batch as it is. */
  async submit(batch: TestBatch, ledger = this.ledger): Promise<AppendAnswer> {
    const { json, transient } = appendCall(this.logId, batch);
    return parseAppendAnswer(await ledger.submit('append', json, transient));
  }

  /** Appends and compares the answer with what the slow writer computes. */
  async append(steps: readonly Step[]): Promise<ExpectedAppend> {
    const batch = this.writer.batch(steps);
    const answer = await this.submit(batch);
    const expected = this.writer.commit(batch, answer.endorsedAt);
    expectAppend(answer, expected);
    return expected;
  }

  /** The ledger's words on the head, as text. */
  head(): Promise<string> {
    return this.ledger.evaluate('readLog', canonicalJson({ logId: this.logId }));
  }

  /** Expects a call to be refused with this code and to leave the head as it was. */
  async refuses(act: () => Promise<unknown>, code: ErrorCode): Promise<void> {
    const before = await this.head();
    await expectCodeAsync(act, code);
    expect(await this.head()).to.equal(before);
  }

  /** As {@link refuses}, for a batch. */
  async refusesBatch(batch: TestBatch, code: ErrorCode): Promise<void> {
    await this.refuses(() => this.submit(batch), code);
  }
}

export function expectAppend(answer: AppendAnswer, expected: ExpectedAppend): void {
  const inHex = (append: ExpectedAppend) => ({
    appendNumber: append.appendNumber,
    closingLeaf: encodeHex(append.closingLeaf),
    mapRoot: encodeHex(append.mapRoot),
    root: encodeHex(append.root),
    size: append.size,
  });
  expect(inHex(answer)).to.deep.equal(inHex(expected));
}
