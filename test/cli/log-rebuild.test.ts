import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';

describe('chartseal log rebuild', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(() => {
    place = new Workplace();
    expect(place.run(['init', '--data', 'own']).status).to.equal(0);
    writeFileSync(place.path('a.txt'), 'a');
    expect(place.run(['ingest', 'a.txt', '--data', 'own']).status).to.equal(0);
    const exported = place.run(['trust', 'export', '--data', 'own', '--out', 'trust.json']);
    expect(exported.status).to.equal(0);
  });
  after(() => place.remove());

  it('rebuilds the ledger of a data folder, and says that one operator has it', () => {
    const args = ['log', 'rebuild', '--data', 'own', '--trust', 'trust.json'];
    const { status, stdout, stderr } = place.run(args);
    expect(status).to.equal(0);
    expect(stdout).to.match(/every root recomputed/);
    expect(stderr).to.match(/not proven: the map roots/);
    expect(stderr).to.match(/single operator, not independently witnessed/);
    const [log] = place.json(['log', 'checkpoint', '--data', 'own']).rows;
    const { rows } = place.json(args);
    expect(rows[0]).to.include({ size: log?.['size'], root: log?.['root'], appends: 1 });
    expect(rows[1]?.['summary']).to.include({ ledger: 'embedded', logs: 1 });
  });

  it('refuses an engine that the folder does not have, and a folder without data', () => {
    const wrong = [
      ['log', 'rebuild', '--data', 'own', '--ledger', 'fabric'],
      ['log', 'rebuild', '--ledger', 'embedded', '--profile', 'profile.json'],
      ['log', 'rebuild', '--ledger', 'paper'],
      ['log', 'rebuild', '--data', 'nothing'],
      ['log', 'mirror', '--to', 'mirror'],
    ];
    for (const args of wrong) expect(place.run(args).status, args.join(' ')).to.equal(64);
    const absent = place.run(['log', 'rebuild', '--profile', 'profile.json']);
    expect(absent.status).to.equal(2);
    expect(absent.stderr).to.match(/FILE_MISSING/);
  });
});
