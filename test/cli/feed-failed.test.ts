// Files that an ingest could not anchor, from the terminal alone: named with numbers, and given up.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type JsonRow, Workplace } from '../support/cli.js';
import { Served } from '../support/served.js';

const NOT_UTF8 = Buffer.from([0x61, 0xff]);

describe('what failed, on the command line', function () {
  this.timeout(120_000);
  let place: Workplace;
  let gateway: Served | undefined;
  const ingest = () => place.json(['ingest', 'in', '--data', 'd']);
  const failed = () => place.json(['feed', 'failed', '--data', 'd']);
  const inFolder = (name: Buffer) => Buffer.concat([Buffer.from(`${place.path('in')}/`), name]);

  beforeEach(() => {
    place = new Workplace();
    const made = place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    expect(made.status, made.stderr).to.equal(0);
    mkdirSync(place.path('in'));
    writeFileSync(inFolder(NOT_UTF8), 'one');
    writeFileSync(inFolder(Buffer.from('b')), 'two');
  });
  afterEach(async () => {
    await gateway?.end();
    gateway = undefined;
    place.remove();
  });

  function story(): void {
    expect(failed()).to.include({ status: 0 });
    expect(ingest().status).to.equal(2);
    const { status, rows } = failed();
    expect(status).to.equal(1);
    const [row, end] = rows as [JsonRow, JsonRow];
    expect(row).to.include({ kind: 'file', code: 'NAME_NOT_UTF8', tries: 0 });
    expect(row['path']).to.match(/in\/a\\xff$/);
    expect(end['summary']).to.deep.equal({ events: 0, records: 0, files: 1 });
    const { stdout, stderr } = place.run(['feed', 'failed', '--data', 'd']);
    expect(stdout).to.include('NAME_NOT_UTF8').and.include('in/a\\xff');
    expect(stderr)
      .to.include('0 events, 0 records, 1 files')
      .and.match(/run the ingest/)
      .and.match(/: chartseal feed discard ID --data d$/m);

    // As the hint of NAME_NOT_UTF8 says: nothing shows that it is the same file.
    renameSync(inFolder(NOT_UTF8), inFolder(Buffer.from('a')));
    expect(ingest().status).to.equal(0);
    expect(failed().status).to.equal(1);
    expect(place.json(['feed', 'discard', String(row['id']), '--data', 'd']).status).to.equal(0);
    expect(failed().status).to.equal(0);
  }

  it('is named with the numbers by which it is given up', () => {
    story();
  });

  it('is named so beside a gateway', async () => {
    gateway = await Served.start(place);
    story();
  });
});
