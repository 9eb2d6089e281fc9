// Root in the folder of a service: what it wrote there, that service could not use any more.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';
import { Served } from '../support/served.js';

const OWNER = '65534';
const PASSPHRASE = ['--passphrase-file', 'passphrase'];

describe('root in a data folder of another user', function () {
  this.timeout(120_000);
  const isRoot = process.geteuid?.() === 0;
  let place: Workplace;

  before(() => {
    if (!isRoot) return;
    place = new Workplace();
    mkdirSync(place.path('a'));
    writeFileSync(place.path('a', '0.txt'), 'document');
    writeFileSync(place.path('passphrase'), 'correct horse battery staple', { mode: 0o600 });
    done(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    done(['ingest', 'a', '--data', 'd']);
    done(['keys', 'backup', 'backup', '--data', 'd', ...PASSPHRASE]);
    done(['export', 'exported', '--data', 'd']);
    done(['keys', 'restore', 'backup', '--data', 'restored', ...PASSPHRASE]);
  });
  after(() => place?.remove());

  function done(args: readonly string[]): void {
    const { status, stderr } = place.run(args);
    expect(status, `${args.join(' ')}: ${stderr}`).to.equal(0);
  }

  const chown = (...names: string[]) =>
    execFileSync('chown', ['-R', `${OWNER}:${OWNER}`, ...names.map((name) => place.path(name))]);
  const look = (...names: string[]) =>
    execFileSync('ls', ['-lnAR', ...names.map((name) => place.path(name))]).toString();

  it('is refused whatever would write there, and told how to do it instead', () => {
    if (!isRoot) return;
    mkdirSync(place.path('empty'));
    const folders = ['d', 'restored', 'empty'];
    chown(...folders);
    const before = look(...folders);
    for (const args of [
      ['ingest', 'a', '--data', 'd'],
      ['history', '--log', '--data', 'd'],
      ['receipt', '#0', '--data', 'd'],
      ['trust', 'export', '--data', 'd'],
      ['log', 'checkpoint', '--data', 'd'],
      ['feed', 'status', '--data', 'd'],
      ['audit', '--data', 'd'],
      ['rebuild', '--data', 'd'],
      ['export', 'again', '--data', 'd'],
      ['serve', '--data', 'd'],
      ['keys', 'backup', 'saved', '--data', 'd', ...PASSPHRASE],
      ['keys', 'renew', '--data', 'd'],
      ['import', 'exported', '--data', 'restored'],
      ['init', '--data', 'empty', '--origin', 'b.example/x', '--org', 'B'],
      ['keys', 'restore', 'backup', '--data', 'empty', ...PASSPHRASE],
    ]) {
      const { status, stderr } = place.run(args);
      expect(status, args.join(' ')).to.equal(2);
      expect(stderr, args.join(' ')).to.match(/error: OTHER_OWNER .* belongs to user 65534/);
      expect(stderr).to.include('sudo -u');
    }
    expect(look(...folders)).to.equal(before);
  });

  it('works through the gateway that has the folder, as everybody else', async () => {
    if (!isRoot) return;
    execFileSync('chown', ['-R', '0:0', place.path('d')]);
    const gateway = await Served.start(place);
    try {
      chown('d');
      writeFileSync(place.path('a', '1.txt'), 'another');
      done(['ingest', 'a', '--data', 'd']);
      done(['audit', '--data', 'd']);
    } finally {
      await gateway.kill();
    }
  });
});
