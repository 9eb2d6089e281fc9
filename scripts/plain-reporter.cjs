// Mocha's spec reporter, closing with the plain line `N passed, N failed`. What a test leaves
// open would keep the process alive for ever: that is a failure with a name, and the end.
const { reporters, Runner } = require('mocha');

/** Reporter option `graceMs`. */
const GRACE_MS = 30_000;

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
        left = 1;
        const open = process.getActiveResourcesInfo().join(', ');
        process.stdout.write(
          `\nThe tests left something open, so their process did not end: ${open}\n`,
        );
        // After mocha's own listener, which sets its code.
        process.once('exit', () => {
          process.exitCode = 1;
        });
        process.exit(1);
      };
      setTimeout(stuck, Number(options.reporterOptions?.graceMs ?? GRACE_MS)).unref();
    });
  }
};
