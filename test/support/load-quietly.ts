// fabric-contract-api and fabric-shim write to stdout and install process-wide handlers that
// swallow crashes: a test that throws would be lost. Here they are taken off again.
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
