import { expect } from 'chai';
import { encodeBase64 } from '../../chaincode/core/bytes.js';
import { type BrowserBundle, bundleVerifier, runBundle } from '../support/browser-bundle.js';
import { judgeLoaded, loadCases } from '../support/evidence-cases.js';

describe('evidence in a page', () => {
  let bundle: BrowserBundle;

  before(async () => {
    bundle = await bundleVerifier();
  });

  it('needs nothing of Node, and no package but noble', () => {
    expect(bundle.code).to.not.match(/\b(node:|require\(|process\.|Buffer\b)/);
    const packages = bundle.inputs.filter((path) => path.includes('node_modules/'));
    expect(packages.filter((path) => !path.includes('node_modules/@noble/'))).to.deep.equal([]);
    for (const part of ['', 'curve-']) {
      expect(bundle.inputs).to.include(`chaincode/core/platform/${part}browser.ts`);
      expect(bundle.inputs).to.not.include(`chaincode/core/platform/${part}node.ts`);
    }
  });

  it('would not build if it did', async () => {
    const entry = "import { readFileSync } from 'node:fs';\nexport const judge = readFileSync;\n";
    let failure = '';
    await bundleVerifier(entry).catch((error: Error) => {
      failure = error.message;
    });
    expect(failure).to.include('node:fs');
  });

  it('gives every file of every release the same outcome as Node, word for word', () => {
    const judge = runBundle(bundle);
    for (const loaded of loadCases()) {
      const { file, trust, proofs, expected } = loaded;
      const bytes = { file: encodeBase64(file), trust: encodeBase64(trust) };
      const question = { ...expected, ...bytes, proofs };
      const outcome = judge(JSON.stringify(question));
      expect(JSON.parse(outcome), expected.name).to.deep.equal(
        JSON.parse(JSON.stringify(judgeLoaded(loaded))),
      );
    }
  });
});
