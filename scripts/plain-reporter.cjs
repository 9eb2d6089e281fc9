// Mocha's spec reporter, closing with the plain line `N passed, N failed`. What a test leaves
// open would keep the process alive for ever: it is named, and the end. Sockets, servers and
// processes are a failure; a timer ends with the process.
const { reporters, Runner } = require('mocha');

/** Reporter option `graceMs`. */
const GRACE_MS = 30_000;

/** Timers, and the pipes of this process itself. */
const HARMLESS = new Set(['Timeout', 'Immediate', 'PipeWrap', 'TTYWrap']);

module.exports = class PlainReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = runner.stats;
      let left = 0;
      process.once('exit', () =>
        process.stdout.write(`\n${passes} passed, ${failures + left} failed\n`),
      );
      const stuck = () => {
        const resources = process.getActiveResourcesInfo();
        left = resources.every((kind) => HARMLESS.has(kind)) ? 0 : 1;
        const open = resources.join(', ');
        process.stdout.write(
          `\nThe tests left something open, so their process did not end: ${open}\n`,
        );
        // After mocha's own listener, which sets its code.
        process.once('exit', () => {
          process.exitCode = failures + left === 0 ? 0 : 1;
        });
        process.exit(1);
      };
      setTimeout(stuck, Number(options.reporterOptions?.graceMs ?? GRACE_MS)).unref();
    });
  }
};
