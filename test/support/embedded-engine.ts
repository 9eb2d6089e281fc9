// The embedded engine without its worker, for tests of its disk: opened and closed in milliseconds.
import { randomBytes } from 'node:crypto';
import { encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { Engine } from '../../gateway/ledger/embedded/engine.js';
import type { Transient } from '../../gateway/ledger/ledger.js';
import { parseAppendAnswer, parseRegisteredLog } from '../../gateway/ledger/log-answers.js';
import { newEd25519Key } from './ed25519-key.js';
import {
  ORGANISATIONS,
  type TestRole,
  testCertificate,
  testNetworkOptions,
} from './embedded-network.js';
import { appendCall, type LogWriter, labelOf, type Step } from './log-writer.js';

/** A request for a log of this origin, with fresh keys. */
export function newRegistration(origin: string): string {
  return canonicalJson({
    origin,
    noteKey: encodeBase64(newEd25519Key().publicKey),
    vrfKey: encodeBase64(newEd25519Key().publicKey),
    recordKeyDigest: '00'.repeat(32),
    recordLabels: 'hmac',
    patientSystems: [],
    description: 'a log',
  });
}

export class TestEngine {
  readonly engine: Engine;

  private constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The ledger in this folder, as a network of testNetworkOptions has it. */
  static async open(folder: string, overrides: object = {}): Promise<TestEngine> {
    const options = { ...(await testNetworkOptions(folder)), create: false, ...overrides };
    const heights: number[] = [];
    return new TestEngine(await Engine.open(options, (height) => heights.push(height)));
  }

  /** A transaction of hospital-a by this role. */
  async call(
    kind: 'submit' | 'evaluate',
    role: TestRole,
    name: string,
    json: string,
    transient: Transient = {},
  ): Promise<string> {
    return this.engine[kind]({
      mspId: ORGANISATIONS['hospital-a'],
      certificatePem: await testCertificate('hospital-a', role),
      txId: randomBytes(32).toString('hex'),
      at: Date.now(),
      name,
      args: [utf8(json)],
      transient: new Map(Object.entries(transient)),
    });
  }

  async registerLog(origin: string): Promise<string> {
    const json = newRegistration(origin);
    return parseRegisteredLog(await this.call('submit', 'admin', 'registerLog', json)).logId;
  }

  /** Appends so many new patients' first events. */
  async append(logId: string, writer: LogWriter, count = 1): Promise<void> {
    const steps: Step[] = Array.from({ length: count }, (_, index) => ({
      act: 'access',
      subject: labelOf(`${writer.size} ${index}`),
    }));
    const batch = writer.batch(steps);
    const { json, transient } = appendCall(logId, batch);
    const answer = await this.call('submit', 'writer', 'append', json, transient);
    writer.commit(batch, parseAppendAnswer(answer).endorsedAt);
  }

  async close(): Promise<void> {
    await this.engine.close();
  }
}
