import { expect } from 'chai';
import { EventSearch } from '../../gateway/services/event-search.js';
import { parseOrdinal } from '../../gateway/store/rows.js';
import {
  AuditSample,
  keysOf,
  openData,
  putRows,
  readValue,
  withRows,
} from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { accessSubmission } from '../support/hospital.js';

const named = (patient: string) => accessSubmission(patient, '').patient;

describe('a chain of the store that leads to entries of another', () => {
  let sample: AuditSample;
  let folder: string;

  before(async () => {
    sample = await AuditSample.create();
    folder = sample.copy();
    // The rows of all chains one further: each leads to what is somebody else's.
    const rows = await withRows(folder, async (store) => {
      const keys = await keysOf(store, 'c/');
      const values = await Promise.all(keys.map((key) => readValue(store, key)));
      const ordinals = new Set(values.map((value) => parseOrdinal(value)));
      expect(ordinals.size).to.equal(keys.length);
      return new Map(keys.map((key, at) => [key, values[(at + 1) % keys.length] as Buffer]));
    });
    await putRows(folder, rows);
  });
  after(() => sample.remove());

  it('is in no history, and in no search', async () => {
    const hospital = await openData(folder);
    try {
      const { histories, store, sequencer } = hospital;
      const search = new EventSearch({
        store,
        labels: sequencer.labels,
        accepted: () => sequencer.counts.accepted,
      });
      for (const patient of ['P0', 'P1', 'P2', 'P3']) {
        await expectCodeAsync(() => histories.make({ patient: named(patient) }), 'STORE_CORRUPT');
        const place = search.begin(named(patient));
        const page = () => search.page(place, 10, (event) => event, new AbortController().signal);
        await expectCodeAsync(page, 'STORE_CORRUPT');
      }
    } finally {
      await hospital.close();
    }
  });
});
