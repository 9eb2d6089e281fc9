// The only file that may load the contract. fabric-contract-api writes to stdout and installs
// process-wide handlers that swallow crashes: a script that throws would exit with 0. Here they
// are taken off again.
import { createRequire } from 'node:module';

type Contracts = typeof import('../../../chaincode/index.js');

const HANDLED = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Runs a synchronous load and removes the crash handlers that it added; logs below errors are
 * silenced, since they go to stdout.
 */
export function loadQuietly<T>(load: () => T): T {
  process.env['CORE_CHAINCODE_LOGGING_LEVEL'] = 'ERROR';
  const before = HANDLED.map((event) => new Set(process.listeners(event as 'uncaughtException')));
  try {
    return load();
  } finally {
    for (const [index, event] of HANDLED.entries()) {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[index]?.has(listener)) process.removeListener(event, listener);
      }
    }
  }
}

/** The contract classes, as the shim finds them. */
export function loadContracts(): Contracts['contracts'] {
  const require = createRequire(__filename);
  return loadQuietly(() => require('../../../chaincode/index.js') as Contracts).contracts;
}
