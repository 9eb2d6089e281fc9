// An identity's two files through crashes, and what the client of a certificate authority takes for
// an answer. What an authority itself does is tested on a live network.
import { createPublicKey, verify } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { createCertificateAuthority, issueCertificate } from '../../gateway/pki/issue.js';
import { CaClient } from '../../network/ca-client.js';
import {
  findIdentity,
  needsRenewal,
  readIdentity,
  writeIdentity,
} from '../../network/ca-identity.js';
import {
  type CertificateWithKey,
  certificateFacts,
  isKeyOf,
  newCertificateRequest,
  signLowS,
} from '../../network/ca-keys.js';
import { ensureServiceTls } from '../../network/chaincode-tls.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const DAY_MS = 86_400_000;
/** Half of the order of P-256, rounded down. */
const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

describe('the files of an identity', () => {
  let folder: string;
  let old: CertificateWithKey;
  let next: CertificateWithKey;
  before(async () => {
    const authority = await createCertificateAuthority({ mspId: 'HospitalAMSP', commonName: 'ca' });
    const issue = () => issueCertificate(authority, { commonName: 'writer', days: 100 });
    old = await issue();
    next = await issue();
  });
  beforeEach(() => {
    folder = newTempFolder();
  });
  afterEach(() => removeTempFolder(folder));

  const files = () => ({
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
  });

  it('are written with mode 0600, replaced together, and leave nothing beside them', async () => {
    expect(await findIdentity(files())).to.equal(undefined);
    await expectCodeAsync(() => readIdentity(files()), 'FILE_MISSING');
    for (const identity of [old, next]) {
      await writeIdentity(files(), identity);
      expect(await readIdentity(files())).to.deep.equal(identity);
      expect(readdirSync(folder).sort()).to.deep.equal(['certificate.pem', 'key.pem']);
    }
  });

  it('are the old pair or the new one, wherever a replacement was cut off', async () => {
    await writeIdentity(files(), old);
    const place = (name: string, text: string) => writeFileSync(join(folder, name), text);
    // The new key only: the certificate was never written.
    place('key.pem.next', next.keyPem);
    expect(await readIdentity(files())).to.deep.equal(old);
    expect(readdirSync(folder)).to.have.length(2);
    // Both new ones lie there, neither is in its place.
    place('key.pem.next', next.keyPem);
    place('certificate.pem.next', next.certificatePem);
    expect(await readIdentity(files())).to.deep.equal(next);
    expect(readdirSync(folder)).to.have.length(2);
    // The new key is in its place, the certificate is not.
    await writeIdentity(files(), old);
    place('key.pem', next.keyPem);
    place('certificate.pem.next', next.certificatePem);
    expect(await readIdentity(files())).to.deep.equal(next);
    expect(readdirSync(folder)).to.have.length(2);
  });

  it('that do not belong together, or are none, are refused', async () => {
    await writeIdentity(files(), old);
    writeFileSync(files().key, next.keyPem);
    await expectCodeAsync(() => readIdentity(files()), 'BAD_FORMAT');
    writeFileSync(files().key, 'no key');
    await expectCodeAsync(() => readIdentity(files()), 'BAD_FORMAT');
    rmSync(files().key);
    await expectCodeAsync(() => readIdentity(files()), 'FILE_MISSING');
    mkdirSync(files().key);
    await expectCodeAsync(() => readIdentity(files()), 'FILE_UNREADABLE');
  });

  it('are renewed when no more than the days that were asked for are left', () => {
    const { notAfterAt } = certificateFacts(old.certificatePem);
    const withinDays = 30;
    const at = (now: number) => needsRenewal(old.certificatePem, { withinDays, now });
    expect(at(notAfterAt - withinDays * DAY_MS - 1)).to.equal(false);
    expect(at(notAfterAt - withinDays * DAY_MS)).to.equal(true);
    expect(at(notAfterAt + DAY_MS)).to.equal(true);
  });
});

describe('a key of an identity', () => {
  it('is made here, and signs with the lower of the two s that Fabric takes alone', async () => {
    const { keyPem, requestPem } = await newCertificateRequest('hospital-a-writer');
    expect(requestPem).to.match(/^-----BEGIN CERTIFICATE REQUEST-----/);
    for (let round = 0; round < 40; round++) {
      const data = Buffer.from(`message ${round}`);
      const signature = signLowS(keyPem, data);
      expect(verify('sha256', data, createPublicKey(keyPem), signature)).to.equal(true);
      const lengthOfR = signature[3] as number;
      const s = Buffer.from(signature.subarray(6 + lengthOfR)).toString('hex');
      expect(BigInt(`0x${s}`) <= HALF_ORDER).to.equal(true);
    }
  });
});

describe('the client of a certificate authority', () => {
  let folder: string;
  let server: Server;
  let client: CaClient;
  let answer: string;
  let status: number;
  before(async () => {
    folder = newTempFolder();
    const tls = await ensureServiceTls(folder, 'HospitalAMSP');
    copyFileSync(tls.root, join(folder, 'roots.pem'));
    const text = (path: string) => readFileSync(path, 'utf8');
    server = createServer(
      { cert: text(tls.server.certificate), key: text(tls.server.key) },
      (request, response) => {
        request.resume();
        response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `https://localhost:${port}`;
    client = new CaClient({ url, name: 'ca', tlsRootsPem: text(tls.root) });
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    removeTempFolder(folder);
  });

  const enrol = async () => {
    const { requestPem } = await newCertificateRequest('writer');
    return client.enrol('writer', 'secret', requestPem);
  };

  it('gives the certificate that came', async () => {
    status = 201;
    const result = { Cert: Buffer.from('certificate').toString('base64') };
    answer = JSON.stringify({ success: true, result, errors: [], messages: [] });
    expect(await enrol()).to.equal('certificate');
    expect(await client.isUp()).to.equal(true);
  });

  it('tells a refusal in the words of the authority', async () => {
    status = 401;
    const errors = [{ code: 20, message: 'Authentication failure' }];
    answer = JSON.stringify({ success: false, result: null, errors, messages: [] });
    await expectCodeAsync(enrol, 'CA_REFUSED');
    expect(await enrol().catch(String)).to.include('Authentication failure');
  });

  it('does not call it a refusal when the authority itself fails', async () => {
    status = 500;
    const errors = [{ code: 0, message: 'database or disk is full' }];
    answer = JSON.stringify({ success: false, result: null, errors, messages: [] });
    await expectCodeAsync(enrol, 'CA_UNAVAILABLE');
    expect(await enrol().catch(String)).to.include('database or disk is full');
  });

  it('takes nothing else for an answer', async () => {
    status = 200;
    const answers = ['', 'null', '[]', '<html>', '{}', '{"success":"yes"}', '{"success":true}'];
    for (const wrong of [...answers, '{"success":true,"result":{"Cert":1},"errors":[]}']) {
      answer = wrong;
      await expectCodeAsync(enrol, 'CA_UNAVAILABLE');
    }
    answer = `{"success":true,"result":{"Cert":"${'A'.repeat(2 ** 21)}"}}`;
    await expectCodeAsync(enrol, 'CA_UNAVAILABLE');
  });

  it('does not talk to one that its roots do not vouch for', async () => {
    const other = await createCertificateAuthority({ mspId: 'other', commonName: 'other' });
    const { port } = server.address() as AddressInfo;
    const url = `https://localhost:${port}`;
    const stranger = new CaClient({ url, name: 'ca', tlsRootsPem: other.certificatePem });
    await expectCodeAsync(() => stranger.enrol('writer', 'secret', 'x'), 'CA_UNAVAILABLE');
    expect(await stranger.isUp()).to.equal(false);
  });
});

describe('TLS of a contract service', () => {
  it('is made once, of two certificates whose authority has no key any more', async () => {
    const folder = newTempFolder();
    try {
      const tls = await ensureServiceTls(folder, 'HospitalAMSP');
      for (const { certificate, key } of [tls.server, tls.client]) {
        expect(isKeyOf(readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8'))).to.equal(
          true,
        );
      }
      const before = readFileSync(tls.root, 'utf8');
      expect(readdirSync(folder).sort()).to.deep.equal([
        'client.key',
        'client.pem',
        'root.pem',
        'server.key',
        'server.pem',
      ]);
      expect(await ensureServiceTls(folder, 'HospitalAMSP')).to.deep.equal(tls);
      expect(readFileSync(tls.root, 'utf8')).to.equal(before);
    } finally {
      removeTempFolder(folder);
    }
  });
});
