// A program of its own: verifies one receipt, the first that this process sees, and says on stdout
// how many milliseconds that took once the program was loaded.
import { readFileSync } from 'node:fs';
import { parseTrustFile } from '../../gateway/evidence/trust.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';

const [trustFile = '', receiptFile = '', digest = ''] = process.argv.slice(2);
const startedAt = performance.now();
const { verdict } = verifyReceipt({
  receipt: readFileSync(receiptFile),
  trust: parseTrustFile(readFileSync(trustFile)),
  document: { digests: { 'sha-256': digest } },
});
const ms = performance.now() - startedAt;
if (verdict !== 'unchanged') throw new Error(`the receipt is ${verdict}`);
process.stdout.write(`${ms}\n`);
