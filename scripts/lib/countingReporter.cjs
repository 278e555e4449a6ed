// Mocha's usual output, and its counts, with what was left out for want of a program, in the file that SLIPSTREAM_TEST_COUNTS names. CommonJS,
// because that is how mocha loads reporters.
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

/** What `describeWith` of `test/support/servers/serverProgram.ts` adds to a title. */
const leftOut = /^(.*) \(not run: (.*) is not installed\)$/;

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    /** @type {{ title: string, program: string }[]} */
    const notRun = [];
    runner.on('pending', (test) => {
      const [, title, program] = leftOut.exec(test.parent?.title ?? '') ?? [];
      if (title && program) {
        notRun.push({ title, program });
      }
    });
    runner.once('end', () => {
      const { passes: passed = 0, failures: failed = 0 } = runner.stats ?? {};
      writeFileSync(process.env.SLIPSTREAM_TEST_COUNTS, JSON.stringify({ passed, failed, notRun }));
    });
  }
};
