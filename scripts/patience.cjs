// Bounds of tests and of their hooks are there for what hangs, not for machines that are slow or
// shared: each is three times what it says.
const FACTOR = 3;
const HOOKS = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'];

function lengthen(suite) {
  const hooks = HOOKS.flatMap((kind) => suite.getHooks(kind));
  for (const one of [...suite.tests, ...hooks]) one.timeout(FACTOR * one.timeout());
  for (const inner of suite.suites) lengthen(inner);
}

exports.mochaHooks = {
  beforeAll() {
    lengthen(this.test.parent);
  },
};
