// The contract as Fabric's own reader finds it: metadata, and a transaction through the shim.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TransactionContext } from '../../chaincode/contract/transaction-context.js';
import { runTransaction, TRANSACTION_NAMES } from '../../chaincode/contract/transactions.js';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { decodeError } from '../../chaincode/core/errors.js';
import { newRegistration } from '../support/embedded-engine.js';
import { testCertificate } from '../support/embedded-network.js';
import { loadQuietly } from '../support/load-quietly.js';

const GOLDEN = join(process.cwd(), 'test/vectors/contract-metadata.json');

interface Shim {
  readonly metadata: object;
  Invoke(stub: object): Promise<{ status: number; message?: string; payload?: Uint8Array }>;
}
interface Bootstrap {
  getInfoFromContract(folder: string): { contracts: object[]; serializers: object };
}
type ShimClass = new (contracts: object[], serializers: object) => Shim;

/** Loads the contract as `fabric-chaincode-node start` does: by the main file of a package. */
function loadThroughShim(): Shim {
  const require = createRequire(__filename);
  const folder = mkdtempSync(join(tmpdir(), 'chartseal-contract-'));
  try {
    const main = join(__dirname, '../../chaincode/index.js');
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'chartseal', main }));
    return loadQuietly(() => {
      const spi = 'fabric-shim/lib/contract-spi';
      const bootstrap: Bootstrap = require(`${spi}/bootstrap.js`);
      const FromContract: ShimClass = require(`${spi}/chaincodefromcontract.js`);
      // It tells every refusal on stdout.
      require('fabric-shim/lib/logger.js').setLevel('CRITICAL');
      const { contracts, serializers } = bootstrap.getInfoFromContract(folder);
      return new FromContract([...contracts], serializers);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A stub with a state in memory, enough for the shim and the contract. */
async function stubFor(name: string, json: string, state: Map<string, Uint8Array>) {
  const certificate = await testCertificate('hospital-a', 'admin');
  return {
    getBufferArgs: () => [Buffer.from(name), Buffer.from(json)],
    getTxID: () => 'ab'.repeat(32),
    getChannelID: () => 'archive',
    getCreator: () => ({ mspid: 'HospitalAMSP', idBytes: Buffer.from(certificate) }),
    getTxTimestamp: () => ({
      seconds: { toNumber: () => Math.floor(Date.now() / 1000) },
      nanos: 0,
    }),
    getTransient: () => new Map(),
    getState: async (key: string) => state.get(key) ?? new Uint8Array(),
    putState: async (key: string, value: Uint8Array) => {
      state.set(key, value);
    },
  };
}

describe('contract under the Fabric shim', () => {
  let shim: Shim;
  before(() => {
    shim = loadThroughShim();
  });

  it('has the metadata that it had', () => {
    const metadata = JSON.parse(JSON.stringify(shim.metadata));
    expect(metadata).to.deep.equal(JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });

  it('takes one text and returns one in each transaction', () => {
    const { contracts } = JSON.parse(JSON.stringify(shim.metadata));
    for (const { name, parameters, returns } of contracts.chartseal.transactions) {
      const schema = { type: 'string' };
      expect(parameters, name).to.deep.equal([{ name: 'request', description: '', schema }]);
      expect(returns, name).to.deep.equal(schema);
    }
  });

  it('runs each transaction of the contract under its own name', async () => {
    const { contracts } = JSON.parse(JSON.stringify(shim.metadata));
    const names: string[] = contracts.chartseal.transactions.map(
      (one: { name: string }) => one.name,
    );
    expect(names.sort()).to.deep.equal([...TRANSACTION_NAMES].sort());
    const stub = await stubFor('', '', new Map());
    const identity = { getMSPID: () => 'HospitalAMSP', getAttributeValue: () => 'admin' };
    const context = new TransactionContext(stub as never, identity as never);
    const refusals = new Set<string>();
    for (const name of TRANSACTION_NAMES) {
      // What is refused first in a request with a member that none knows differs by transaction.
      const request = `{"unknown-to-${name}":1}`;
      const { message } = await shim.Invoke(await stubFor(name, request, new Map()));
      const told = await runTransaction(name, context, request).then(
        () => 'an answer',
        (error: Error) => error.message,
      );
      expect(message, name).to.equal(told);
      refusals.add(told);
    }
    expect(refusals.size).to.equal(TRANSACTION_NAMES.length);
  });

  it('answers with the bytes of its JSON, the role read by the shim', async () => {
    const state = new Map<string, Uint8Array>();
    const json = newRegistration('shim.example/archive');
    const made = await shim.Invoke(await stubFor('registerLog', json, state));
    expect(made.status, made.message).to.equal(200);
    const answer = Buffer.from(made.payload ?? []).toString();
    expect(canonicalJson(JSON.parse(answer))).to.equal(answer);
    const request = canonicalJson({ logId: JSON.parse(answer).logId });
    const read = await shim.Invoke(await stubFor('chartseal:readLog', request, state));
    expect(JSON.parse(Buffer.from(read.payload ?? []).toString()).head.size).to.equal(0);
  });

  it('gives its errors as code and text', async () => {
    const cases = { readLog: 'BAD_INPUT', append: 'ACCESS_DENIED', nothing: 'NOT_SUPPORTED' };
    for (const [name, code] of Object.entries(cases)) {
      const { status, message } = await shim.Invoke(await stubFor(name, '{}', new Map()));
      expect(status).to.equal(500);
      expect(decodeError(message ?? '')?.code, name).to.equal(code);
    }
  });

  it('says nothing of what another error holds', async () => {
    const stub = await stubFor('listLogs', '{"mspId":"x"}', new Map());
    stub.getState = async () => {
      throw new Error('patient 4711');
    };
    const { message } = await shim.Invoke(stub);
    expect(decodeError(message ?? '')?.code).to.equal('LEDGER_FAILED');
    expect(message).to.not.include('4711');
  });
});
