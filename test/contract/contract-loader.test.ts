// The loader that keeps fabric-contract-api from changing the process.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadContracts, loadQuietly } from '../../gateway/ledger/embedded/contract-loader.js';

const HANDLED = ['uncaughtException', 'unhandledRejection'] as const;
const LOADER = join(__dirname, '../../gateway/ledger/embedded/contract-loader.js');

/** A program that loads the contract and then goes on with this. */
function run(program: string, env: object = {}) {
  const script = `require(${JSON.stringify(LOADER)}).loadContracts();\n${program}`;
  return spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

describe('contract loader', () => {
  it('gives the contract classes', () => {
    expect(loadContracts().map(({ name }) => name)).to.deep.equal(['ChartsealContract']);
  });

  it('removes the handlers that a load adds, and only those', () => {
    const mine = () => undefined;
    process.on('unhandledRejection', mine);
    const before = HANDLED.map((event) => process.listenerCount(event));
    loadQuietly(() => {
      for (const event of HANDLED) process.on(event, () => undefined);
    });
    expect(HANDLED.map((event) => process.listenerCount(event))).to.deep.equal(before);
    expect(process.listeners('unhandledRejection')).to.include(mine);
    process.removeListener('unhandledRejection', mine);
  });

  it('leaves a program that throws with its exit code', () => {
    expect(run('throw new Error("fault")').status).to.equal(1);
    expect(run('Promise.reject(new Error("fault"))').status).to.equal(1);
  });

  it('writes nothing to stdout, whatever the logging level of the environment', () => {
    const { stdout, status } = run('', { CORE_CHAINCODE_LOGGING_LEVEL: 'DEBUG' });
    expect(status).to.equal(0);
    expect(stdout).to.equal('');
  });
});
