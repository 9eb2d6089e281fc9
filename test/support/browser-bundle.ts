// The verifier as a page would load it: bundled for browsers, with core's platform file for pages
// in the place of the one for Node, and run in a context that has next to nothing.
import { basename, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';

// Text in, text out, so that no object of one realm gets into the other.
const ENTRY = `
import { decodeBase64, decodeHex } from './chaincode/core/bytes.js';
import { parseTime } from './chaincode/core/time.js';
import { parseConsistencyProof } from './gateway/evidence/consistency-proof.js';
import { parseTrustFile } from './gateway/evidence/trust.js';
import { verifyHistory } from './gateway/evidence/verify-history.js';
import { verifyReceipt } from './gateway/evidence/verify-receipt.js';

export function judge(question) {
  const asked = JSON.parse(question);
  const { kind, file, trust: trustFile, document, asOf, recordKey, proofs, pinned } = asked;
  const pins = { consistency: proofs.map(parseConsistencyProof), mustBePinned: pinned === true };
  const bytes = decodeBase64(file, 'file');
  const trust = parseTrustFile(decodeBase64(trustFile, 'trust file'));
  const result =
    kind === 'receipt'
      ? verifyReceipt({ receipt: bytes, trust, pins, document })
      : verifyHistory({
          history: bytes,
          trust,
          pins,
          asOf: asOf && parseTime(asOf, 'as-of'),
          recordKey: recordKey && decodeHex(recordKey, 'record key', 32),
        });
  return JSON.stringify(result);
}
`;

const platform: Plugin = {
  name: 'platform',
  setup({ onResolve }) {
    const folder = join(process.cwd(), 'chaincode/core/platform');
    onResolve({ filter: /\/platform\/(curve-)?node\.js$/ }, ({ path }) => ({
      path: join(folder, basename(path).replace('node.js', 'browser.ts')),
    }));
    onResolve({ filter: /^node:/ }, ({ path, importer }) => ({
      errors: [{ text: `${importer} imports ${path}, which no page has` }],
    }));
  },
};

export interface BrowserBundle {
  readonly code: string;
  /** Files and packages in it, by path. */
  readonly inputs: readonly string[];
}

/** Fails when anything in the bundle needs Node. */
export async function bundleVerifier(entry = ENTRY): Promise<BrowserBundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    globalName: 'chartseal',
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [platform],
  });
  const [output] = outputFiles;
  return { code: output?.text ?? '', inputs: Object.keys(metafile.inputs) };
}

/** Runs the bundle with four globals beside the language itself; gives its function `judge`. */
export function runBundle({ code }: BrowserBundle): (question: string) => string {
  const context = createContext({ TextEncoder, TextDecoder, atob, btoa });
  runInContext(code, context);
  return runInContext('chartseal.judge', context) as (question: string) => string;
}
