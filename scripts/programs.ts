// npm run programs: finds Fabric's programs, or builds them once, so that no test has to wait for
// it without a word. Run before the tests.
import { ChartsealError } from '../chaincode/core/errors.js';
import { findPrograms } from '../network/programs.js';

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

findPrograms({ progress: tell }).catch((error: unknown) => {
  if (!(error instanceof ChartsealError)) throw error;
  tell(`error: ${error.code} ${error.message}`);
  tell(`hint: ${error.hint}`);
  process.exitCode = 2;
});
