// Evidence on stdout, sent into a file by the shell: the very bytes, which verify.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Workplace } from '../support/cli.js';

describe('cli: evidence that is printed', () => {
  let place: Workplace;

  before(function () {
    this.timeout(20_000);
    place = new Workplace();
    mkdirSync(place.path('archive'));
    writeFileSync(place.path('archive', 'a.txt'), 'one');
    const log = ['--origin', 'hospital-a.example/archive', '--org', 'HospitalAMSP'];
    expect(place.run(['init', '--data', 'd', ...log]).status).to.equal(0);
    expect(place.run(['ingest', 'archive', '--data', 'd']).status).to.equal(0);
  });
  after(() => place.remove());

  /** Asks twice: for a file by its name, and for one that the shell would write. */
  function bothWays(name: string, args: readonly string[]): void {
    expect(place.run([...args, '--data', 'd', '--out', `named ${name}`]).status).to.equal(0);
    const printed = place.run([...args, '--data', 'd']);
    expect(printed.status, printed.stderr).to.equal(0);
    writeFileSync(place.path(name), printed.stdout);
  }

  it('is the same as in a file that is named, and verifies', () => {
    bothWays('trust.json', ['trust', 'export']);
    bothWays('a.receipt.json', ['receipt', 'archive/a.txt']);
    expect(readFileSync(place.path('trust.json'), 'utf8')).to.equal(
      readFileSync(place.path('named trust.json'), 'utf8'),
    );
    const asked = ['verify', 'archive/a.txt', '--receipt', 'a.receipt.json'];
    const verified = place.json([...asked, '--trust', 'trust.json']);
    expect(verified.status).to.equal(0);
    expect(verified.rows[0]).to.include({ verdict: 'unchanged' });
  });

  it('is a line of data with --json', () => {
    for (const args of [
      ['trust', 'export'],
      ['receipt', 'archive/a.txt'],
    ]) {
      const { stdout } = place.run([...args, '--data', 'd', '--json']);
      expect(stdout).to.match(/^\{.*\}\n$/);
    }
  });

  it('says of an empty history what it is the history of', () => {
    const told = (...subject: string[]) => {
      const { status, stdout } = place.run(['history', ...subject, '--data', 'd']);
      expect(status).to.equal(0);
      return stdout.split('\n')[0];
    };
    expect(told('--record', 'archive/never-was')).to.match(/^Nothing was archived under this id/);
    expect(told('urn:hospital-a|never-was')).to.match(/^Nobody is recorded as having opened/);
    expect(told('--log')).to.match(/^No audit of the archive is recorded/);
  });
});
