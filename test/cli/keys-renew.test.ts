// A log of an earlier version, years later: its authority and its certificates have ended.
import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import * as x509 from '@peculiar/x509';
import { expect } from 'chai';
import { issueCertificate } from '../../gateway/pki/issue.js';
import { type Ran, Workplace } from '../support/cli.js';
import { failingDisk } from '../support/disk-faults.js';
import { accessSubmission } from '../support/hospital.js';
import { runIn } from '../support/refusals.js';

const DAY_MS = 86_400_000;
const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** The authority of `pem` with another certificate for its key, which ended yesterday. */
async function endedAuthority(pem: string, keyPem: string): Promise<string> {
  const der = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  const before = new x509.X509Certificate(pem);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: before.subjectName,
    issuer: before.subjectName,
    notBefore: new Date(Date.now() - 3650 * DAY_MS),
    notAfter: new Date(Date.now() - DAY_MS),
    publicKey: await before.publicKey.export(KEY_ALGORITHM, ['verify']),
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, KEY_ALGORITHM, false, ['sign']),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: before.extensions,
  });
  return `${certificate.toString('pem').trim()}\n`;
}

describe('a log whose certificates have ended', function () {
  this.timeout(60_000);
  let place: Workplace;
  let count = 0;

  before(async () => {
    place = new Workplace();
    expectDone(place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']));
    expectDone(access());
    const ca = { certificatePem: read('ca-certificate.pem'), keyPem: read('ca-key.pem') };
    ca.certificatePem = await endedAuthority(ca.certificatePem, ca.keyPem);
    write('ca-certificate.pem', ca.certificatePem);
    for (const role of ['admin', 'writer']) {
      const notBeforeAt = Date.now() - 3650 * DAY_MS;
      const options = { commonName: role, role, days: 3649, notBeforeAt };
      const { certificatePem, keyPem } = await issueCertificate(ca, options);
      // Behind it the one that signed the blocks so far.
      write(`${role}-certificate.pem`, certificatePem + read(`${role}-certificate.pem`));
      write(`${role}-key.pem`, keyPem);
    }
    writeFileSync(place.path('pw'), 'correct horse battery\n');
  });
  after(() => place.remove());

  const keyPath = (name: string) => place.path('d', 'keys', name);
  const read = (name: string) => readFileSync(keyPath(name), 'utf8');
  const write = (name: string, text: string) => writeFileSync(keyPath(name), text);
  const endOf = (name: string) => new X509Certificate(read(name)).validTo;
  const doctor = () => place.json(['doctor', '--data', 'd']).rows;

  function access(): Ran {
    const event = JSON.stringify(accessSubmission('P1', `event ${count++}`));
    return place.run(['access', 'import', '-', '--data', 'd'], event);
  }

  function expectDone(ran: Ran): void {
    expect(ran.status, ran.stderr).to.equal(0);
  }

  function expectError(ran: Ran, code: string): void {
    expect(ran.stderr).to.match(new RegExp(`^error: ${code} .+\nhint: .+\n`, 'm'));
    expect(ran.status).to.equal(2);
  }

  it('takes nothing, and the doctor names the command that helps', () => {
    expectError(access(), 'IDENTITY_REFUSED');
    const sick = doctor().filter(({ status }) => status === 'fault');
    expect(sick.map(({ check }) => check)).to.deep.equal([
      'keys/admin-certificate.pem',
      'keys/writer-certificate.pem',
    ]);
    for (const { next } of sick) expect(next).to.equal('chartseal keys renew --data d');
  });

  it('is not mended without the key of the authority, and stays as it is', () => {
    renameSync(keyPath('ca-key.pem'), place.path('safe'));
    const before = read('writer-certificate.pem');
    expectError(place.run(['keys', 'renew', '--data', 'd']), 'KEY_UNREADABLE');
    expect(read('writer-certificate.pem')).to.equal(before);
    renameSync(place.path('safe'), keyPath('ca-key.pem'));
  });

  it('says what was renewed before a disk failed, and leaves nothing else there', () => {
    cpSync(place.path('d'), place.path('e'), { recursive: true });
    const path = '/writer-certificate\\.pem\\.part-';
    const args = ['keys', 'renew', '--data', 'e'];
    const ran = runIn(place, args, { env: failingDisk({ call: 'rename', path, code: 'EIO' }) });
    expectError(ran, 'FILE_UNWRITABLE');
    expect(ran.stdout).to.match(/^admin-certificate\.pem: until [^\n]+\n$/);
    expect(ran.stderr).to.include('Back up the keys again, now');
    expect(readdirSync(place.path('e', 'keys'))).to.have.length(8);
    expect(place.json(args).rows.map(({ file }) => file)).to.deep.equal(['writer-certificate.pem']);
  });

  it('goes on with certificates without an end, of the same keys and authority', () => {
    const kept = ['ca-certificate.pem', 'admin-key.pem', 'writer-key.pem', 'note-key.pem'];
    const before = kept.map(read);
    const { status, rows } = place.json(['keys', 'renew', '--data', 'd']);
    expect(status).to.equal(0);
    expect(rows.map(({ file }) => file)).to.deep.equal([
      'admin-certificate.pem',
      'writer-certificate.pem',
    ]);
    expect(kept.map(read)).to.deep.equal(before);
    for (const { file, endsAt } of rows) {
      expect(endsAt).to.equal('9999-12-31T23:59:59.000Z');
      expect(endOf(file as string)).to.equal('Dec 31 23:59:59 9999 GMT');
      expect(statSync(keyPath(file as string)).mode & 0o777).to.equal(0o600);
    }
    expect(readdirSync(place.path('d', 'keys'))).to.have.length(8);
    expectDone(access());
    expect(doctor().at(-1)?.['summary']).to.include({ faults: 0, warnings: 0, notChecked: 0 });
  });

  it('has nothing to renew then', () => {
    const { status, rows } = place.json(['keys', 'renew', '--data', 'd']);
    expect({ status, rows }).to.deep.equal({ status: 0, rows: [] });
  });

  it('comes back from its export, whose blocks are of certificates of before', () => {
    const passphrase = ['--passphrase-file', 'pw'];
    expectDone(place.run(['keys', 'backup', 'k', '--data', 'd', ...passphrase]));
    expectDone(place.run(['export', 'e.jsonl', '--data', 'd']));
    expectDone(place.run(['keys', 'restore', 'k', '--data', 'new', ...passphrase]));
    // Also where there is no log yet.
    expectDone(place.run(['keys', 'renew', '--data', 'new']));
    expectDone(place.run(['import', 'e.jsonl', '--data', 'new']));
    expectDone(place.run(['audit', '--log-only', '--data', 'new']));
  });
});
