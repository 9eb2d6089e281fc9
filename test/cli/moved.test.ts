import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';

describe('chartseal ingest of an archive that was moved', function () {
  this.timeout(30_000);
  let place: Workplace;

  beforeEach(() => {
    place = new Workplace();
    mkdirSync(place.path('old'));
    for (const name of ['a.txt', 'b.txt']) writeFileSync(place.path('old', name), name);
    place.run(['init', '--data', 'd']);
    place.run(['ingest', 'old', '--data', 'd', '--id-prefix', 'x', '--receipts', 'r']);
  });
  afterEach(() => place.remove());

  it('tells the audit where unchanged documents lie now', () => {
    renameSync(place.path('old'), place.path('new'));
    expect(place.run(['audit', '--data', 'd']).status).to.equal(1);
    const again = ['ingest', 'new', '--data', 'd', '--id-prefix', 'x', '--moved'];
    expect(place.run(again).stderr).to.include('2 unchanged');
    const audit = place.run(['audit', '--data', 'd']);
    expect(audit.stdout).to.include('2 unchanged, 0 altered, 0 missing');
    expect(audit.status).to.equal(0);
  });

  it('leaves receipts as they are that are there already', () => {
    const receipt = place.path('r', 'a.txt.receipt.json');
    expect(existsSync(receipt)).to.equal(true);
    const { ino } = statSync(receipt);
    writeFileSync(place.path('r', 'b.txt.receipt.json'), 'cut');
    const again = ['ingest', 'old', '--data', 'd', '--id-prefix', 'x', '--receipts', 'r'];
    // What is no receipt any more may be anything: it is told, and left to whoever put it there.
    const ran = place.run(again);
    expect(ran.stderr).to.include('receipt of b.txt: FILE_EXISTS');
    expect(ran.status).to.equal(2);
    expect(readFileSync(place.path('r', 'b.txt.receipt.json'), 'utf8')).to.equal('cut');
    rmSync(place.path('r', 'b.txt.receipt.json'));
    expect(place.run(again).status).to.equal(0);
    expect(statSync(receipt).ino).to.equal(ino);
    expect(statSync(place.path('r', 'b.txt.receipt.json')).size).to.be.above(1000);
  });
});
