// Mocha's usual output, and its counts in the file that SLIPSTREAM_TEST_COUNTS names. CommonJS,
// because that is how mocha loads reporters.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes: passed = 0, failures: failed = 0 } = runner.stats ?? {};
      writeFileSync(process.env.SLIPSTREAM_TEST_COUNTS, JSON.stringify({ passed, failed }));
    });
  }
};
