import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { DigestResult } from '../../gateway/services/digest.js';
import { Ingest } from '../../gateway/services/ingest.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { TestHospital, type TestProcess } from '../support/hospital.js';

const digested = (name: string): DigestResult => ({
  file: { kind: 'file', path: Buffer.from(`/archive/${name}`), relative: name, folder: 'archive' },
  digest: encodeHex(sha256(Buffer.from(name))),
  size: name.length,
  mtimeMs: 1_700_000_000_000,
});

async function* batches(...names: readonly (readonly string[])[]) {
  for (const some of names) yield some.map(digested);
}

describe('an ingest whose store fails', () => {
  let hospital: TestHospital;
  let hospitalProcess: TestProcess;
  let unheard: unknown[];
  const hear = (reason: unknown) => unheard.push(reason);

  beforeEach(async () => {
    hospital = await TestHospital.create();
    hospitalProcess = await hospital.open();
    unheard = [];
    process.on('unhandledRejection', hear);
  });
  afterEach(async () => {
    process.off('unhandledRejection', hear);
    await hospitalProcess.network.close();
    await hospital.remove();
  });

  it('ends with its code, also while it notes where unchanged files lie', async () => {
    const { store, sequencer } = hospitalProcess;
    const services = { store, sequencer, context: hospital.context };
    const options = { category: 'document', moved: true };
    const first = new Ingest(services, { ...options, recordId: ({ relative }) => relative });
    for await (const outcomes of first.run(batches(['a', 'b']))) {
      expect(outcomes.map(({ state }) => state)).to.deep.equal(['anchored', 'anchored']);
    }
    await sequencer.waitProven(10_000);
    let closing: Promise<void> | undefined;
    const again = new Ingest(services, {
      ...options,
      // Elsewhere now, so that its place is to be noted; the store goes before that is written.
      recordId: ({ relative }) => {
        if (relative === 'c') closing = store.close();
        return relative;
      },
    });
    const moved = (name: string): DigestResult => {
      const result = digested(name);
      return { ...result, file: { ...result.file, path: Buffer.from(`/elsewhere/${name}`) } };
    };
    async function* results() {
      // Still on its way, and waited for, when the next batch fails.
      yield [digested('d')];
      yield [moved('a'), moved('b'), digested('c')];
    }
    await expectCodeAsync(async () => {
      for await (const _ of again.run(results()));
    }, 'STORE_FAILED');
    await closing;
    // It may have been about to write something itself.
    await sequencer.close().catch(({ code }) => expect(code).to.equal('STORE_FAILED'));
    expect(unheard).to.deep.equal([]);
  });
});
