// A file of evidence with a receipt beside it: that its bytes were anchored says nothing of what it
// proves, so both questions are answered.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';

const EVENT = {
  patient: { system: 'urn:a', value: 'P1' },
  occurredAt: '2026-11-01T08:00:00.000Z',
  action: 'R',
  outcome: 'success',
  actor: { id: 'dr-1' },
  role: 'physician',
  organisation: 'a',
  purpose: 'TREAT',
  breakGlass: false,
  records: [],
  category: 'inpatient',
};

describe('chartseal verify of evidence that was anchored itself', function () {
  this.timeout(60_000);
  const place = new Workplace();

  before(() => {
    place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    const lines = ['r1', 'r2'].map((requestId) =>
      JSON.stringify({ ...EVENT, source: { system: 'emr', requestId } }),
    );
    writeFileSync(place.path('events'), lines.join('\n'));
    mkdirSync(place.path('a'));
    writeFileSync(place.path('a', 'f'), 'document');
    place.run(['access', 'import', 'events', '--data', 'd']);
    place.run(['ingest', 'a', '--data', 'd', '--receipts', 'r', '--id-prefix', 'first']);
    place.run(['history', 'urn:a|P1', '--data', 'd', '--out', 'whole.json']);
    place.run(['trust', 'export', '--data', 'd', '--out', 't.json']);
    const history = JSON.parse(readFileSync(place.path('whole.json'), 'utf8'));
    for (const list of ['leaves', 'entries', 'openings']) history[list].pop();
    mkdirSync(place.path('b'));
    writeFileSync(place.path('b', 'list.json'), JSON.stringify(history));
    const receipt = readFileSync(place.path('r', 'f.receipt.json'), 'utf8');
    writeFileSync(place.path('b', 'half.json'), receipt.slice(0, -9));
    const ran = place.run(['ingest', 'b', '--data', 'd', '--receipts', 'b']);
    expect(ran.status, ran.stderr).to.equal(0);
  });
  after(() => place.remove());

  function verdicts(file: string, ...more: readonly string[]) {
    const { status, rows } = place.json(['verify', file, ...more, '--trust', 't.json']);
    return { status, verdicts: rows.map(({ verdict }) => verdict) };
  }

  it('does not call a shortened history unchanged alone', () => {
    const both = { status: 1, verdicts: ['unchanged', 'incomplete'] };
    expect(verdicts('b/list.json')).to.deep.equal(both);
    cpSync(place.path('b', 'list.json'), place.path('list.json'));
    expect(verdicts('list.json', '--receipt', 'b')).to.deep.equal(both);
  });

  it('says of another file in the place of the trust file that it is none', () => {
    for (const bytes of [Buffer.from('%PDF-1.7'), Buffer.from([0xff, 0xfe, 0x7b, 0]), '[]']) {
      writeFileSync(place.path('scan.pdf'), bytes);
      const { status, stderr } = place.run(['verify', 'a/f', '--trust', 'scan.pdf']);
      expect(status).to.equal(2);
      expect(stderr).to.match(
        /^error: BAD_FORMAT trust file scan\.pdf: .+\nhint: Give a file that/,
      );
    }
  });

  it('does not call a damaged receipt unchanged alone', () => {
    const both = { status: 2, verdicts: ['unchanged', 'not checked'] };
    expect(verdicts('b/half.json')).to.deep.equal(both);
  });

  it('answers for the bytes alone to whoever names the receipt', () => {
    const named = verdicts('b/list.json', '--receipt', 'b/list.json.receipt.json');
    expect(named).to.deep.equal({ status: 0, verdicts: ['unchanged'] });
  });
});
