// Mocha's spec reporter, closing with the plain line `N passed, N failed`.
const { reporters, Runner } = require('mocha');

module.exports = class PlainReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures } = runner.stats;
      process.stdout.write(`\n${passes} passed, ${failures} failed\n`);
    });
  }
};
