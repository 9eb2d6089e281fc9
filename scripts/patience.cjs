// Bounds of tests are there for what hangs, not for machines that are slow or shared: each is
// three times what its test says.
const FACTOR = 3;

exports.mochaHooks = {
  beforeAll() {
    this.test.parent.eachTest((test) => test.timeout(FACTOR * test.timeout()));
  },
};
