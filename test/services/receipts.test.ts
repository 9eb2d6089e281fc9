import { expect } from 'chai';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { LogReading } from '../../gateway/services/log-reading.js';
import { Receipts } from '../../gateway/services/receipts.js';
import { attestationKey } from '../../gateway/store/keys.js';
import type { AttestationRow } from '../../gateway/store/rows.js';
import type { Store } from '../../gateway/store/store.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission, TestHospital, type TestProcess } from '../support/hospital.js';

async function putAttestation(store: Store, size: number, row: AttestationRow): Promise<void> {
  const batch = store.db.batch();
  batch.put(attestationKey(size), canonicalBytes(row));
  await batch.write();
}

describe('the receipt of an entry', () => {
  let hospital: TestHospital;
  let running: TestProcess;
  before(async () => {
    hospital = await TestHospital.create();
    running = await hospital.open();
  });
  after(async () => {
    await running.close();
    await hospital.remove();
  });

  it('is not proven yet, and no store corrupt, when its proof comes while it is looked for', async () => {
    const { store, sequencer } = running;
    const { context } = hospital;
    const { ordinal } = await sequencer.accept(accessSubmission('P1', 'r1'));
    // What the store holds now, given only when it holds more.
    const found = await store.findPlace(ordinal);
    const slow = new Proxy(store, {
      get: (target, name) => {
        if (name === 'findPlace') {
          return async () => {
            await sequencer.waitProvenUpTo(ordinal, 10_000);
            return found;
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }) as Store;
    expect(found).to.equal(undefined);
    await expectCodeAsync(
      () => new Receipts({ store: slow, context }).make(ordinal),
      'NOT_PROVEN_YET',
    );
    const receipts = new Receipts({ store, context });
    expect((await receipts.make(ordinal)).format).to.equal('chartseal-receipt/1');
  });

  it('and its checkpoint are STORE_CORRUPT when what was attested cannot be read', async () => {
    const { store, sequencer } = running;
    const { context } = hospital;
    const { ordinal } = await sequencer.accept(accessSubmission('P1', 'r2'));
    expect(await sequencer.waitProvenUpTo(ordinal, 10_000)).to.equal(true);
    const size = store.findMarker()?.size as number;
    const row = store.readAttestation(size);
    for (const damaged of [
      { ...row, checkpoint: 'no note' },
      { ...row, attestation: {} },
    ]) {
      await putAttestation(store, size, damaged);
      const make = () => new Receipts({ store, context }).make(ordinal);
      await expectCodeAsync(make, 'STORE_CORRUPT');
    }
    await putAttestation(store, size, { ...row, checkpoint: 'no note' });
    await expectCodeAsync(() => LogReading.of(store).readCheckpoint(), 'STORE_CORRUPT');
    await putAttestation(store, size, row);
  });
});
