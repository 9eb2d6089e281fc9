// The connection profile of a channel: strict, with its own paths, and keys for their owner alone.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import { openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import {
  parseFabricProfile,
  readFabricProfile,
  readIdentity,
  readRoots,
} from '../../gateway/ledger/fabric/profile.js';
import { createCertificateAuthority } from '../../gateway/pki/issue.js';
import { checkIdentities } from '../../gateway/services/doctor/identities.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';
import { newTempFolder, removeTempFolder, writeFiles } from '../support/temp-folder.js';

const PROFILE = {
  format: 'chartseal-fabric/1',
  channel: 'chartseal',
  chaincode: 'chartseal',
  mspId: 'HospitalAMSP',
  peers: [{ endpoint: 'localhost:7051', tlsRoots: 'tls/ca.pem' }],
  identities: { writer: { certificate: 'writer.pem', key: '../keys/writer.pem' } },
  endorsing: ['HospitalAMSP', 'HospitalBMSP', 'AuditorMSP'],
  endorsements: 2,
  attesting: { organisations: ['HospitalAMSP', 'AuditorMSP'], k: 2, required: [], tolerated: 0 },
  ordering: 'raft',
};

const parse = (changes: object) =>
  parseFabricProfile(utf8(JSON.stringify({ ...PROFILE, ...changes })), '/net/profiles/a.json');

describe('connection profile', () => {
  it('resolves its paths against its own folder', () => {
    const profile = parse({ ca: { url: 'https://localhost:1', name: 'ca', tlsRoots: 'ca.pem' } });
    expect(profile.peers[0]?.tlsRoots).to.equal('/net/profiles/tls/ca.pem');
    expect(profile.identities.writer).to.deep.equal({
      certificate: '/net/profiles/writer.pem',
      key: '/net/keys/writer.pem',
    });
    expect(profile.ca?.tlsRoots).to.equal('/net/profiles/ca.pem');
    expect(profile.path).to.equal('/net/profiles/a.json');
  });

  it('waits for a commit longer than a BFT leader takes to be replaced', () => {
    expect(parse({ ordering: 'bft' }).deadlinesMs.commit).to.be.above(60_000);
    const { deadlinesMs } = parse({ deadlinesMs: { commit: 5 } });
    expect(deadlinesMs.commit).to.equal(5);
    expect(deadlinesMs.evaluate).to.be.above(0);
  });

  it('is refused with members that are unknown, missing or of another form', () => {
    const attesting = PROFILE.attesting;
    for (const changes of [
      { extra: 1 },
      { channel: undefined },
      { peers: [] },
      { peers: [{ endpoint: 'localhost', tlsRoots: 'x' }] },
      { peers: [{ endpoint: 'grpcs://localhost:1', tlsRoots: 'x' }] },
      { identities: { operator: PROFILE.identities.writer } },
      { endorsements: 0 },
      { endorsements: 4 },
      { endorsing: ['A', 'A'] },
      { ordering: 'solo' },
      { attesting: { ...attesting, k: 3 } },
      { attesting: { ...attesting, required: ['HospitalBMSP'] } },
      { attesting: { ...attesting, tolerated: 2 } },
      { appendLeaves: 65_537 },
      { ca: { url: 'http://localhost:1', name: 'ca', tlsRoots: 'x' } },
      { ca: { url: 'https://localhost:99999', name: 'ca', tlsRoots: 'x' } },
      { ca: { url: 'https://[', name: 'ca', tlsRoots: 'x' } },
      { peers: [{ endpoint: 'localhost:99999', tlsRoots: 'x' }] },
    ]) {
      expectCode(() => parse(changes), 'BAD_INPUT');
    }
    expectCode(() => parse({ format: 'chartseal-fabric/2' }), 'NEWER_VERSION');
    expectCode(() => parseFabricProfile(utf8('{"a":1,"a":2}'), 'x'), 'BAD_JSON');
  });

  describe('on disk', () => {
    const folder = newTempFolder();
    const path = join(folder, 'profiles', 'a.json');
    before(() => {
      writeFiles(folder, {
        'profiles/a.json': JSON.stringify(PROFILE),
        'profiles/writer.pem': 'certificate',
        'keys/writer.pem': 'key',
      });
    });
    after(() => removeTempFolder(folder));

    it('gives the identity of a role, and none that it does not have', async () => {
      const profile = await readFabricProfile(path);
      chmodSync(join(folder, 'keys', 'writer.pem'), 0o600);
      expect(await readIdentity(profile, 'writer')).to.deep.equal({
        certificatePem: 'certificate',
        keyPem: 'key',
      });
      await expectCodeAsync(() => readIdentity(profile, 'admin'), 'BAD_INPUT');
    });

    it('is of no use while others may read the key', async () => {
      const profile = await readFabricProfile(path);
      for (const mode of [0o640, 0o604, 0o660]) {
        chmodSync(join(folder, 'keys', 'writer.pem'), mode);
        await expectCodeAsync(() => readIdentity(profile, 'writer'), 'KEY_EXPOSED');
      }
    });

    it('is of no use with TLS roots that hold no certificate, or a cut one: they are named', async () => {
      const authority = await createCertificateAuthority({ mspId: 'A', commonName: 'ca' });
      const { certificatePem } = authority;
      const roots = join(folder, 'profiles', 'tls.pem');
      for (const text of ['', 'garbage', certificatePem.slice(0, 200)]) {
        writeFileSync(roots, text);
        await expectCodeAsync(() => readRoots(roots, 'TLS roots'), 'BAD_INPUT');
      }
      const damaged = certificatePem.replace(/[A-Za-z0-9+/]{64}\n/, '');
      writeFileSync(roots, `${certificatePem}${damaged}`);
      await expectCodeAsync(() => readRoots(roots, 'TLS roots'), 'BAD_INPUT');
      writeFileSync(roots, `of ours\n${certificatePem}${certificatePem}`);
      expect(await readRoots(roots, 'TLS roots')).to.include(certificatePem);
    });

    it('with a key or a certificate that is none names whose it is, and no backup of other keys', async () => {
      const authority = await createCertificateAuthority({ mspId: 'A', commonName: 'ca' });
      writeFiles(folder, { 'profiles/writer.pem': authority.certificatePem });
      chmodSync(join(folder, 'keys', 'writer.pem'), 0o600);
      const profile = await readFabricProfile(path);
      const open = () => openFabricLedger(profile, 'writer');
      await expectCodeAsync(open, 'IDENTITY_REFUSED');
      const said = await open().catch(({ message }: Error) => message);
      expect(said).to.include(`writer of ${path}`);
      const [found] = await checkIdentities(profile, folder, Date.now());
      expect(found?.status).to.equal('fault');
      writeFiles(folder, { 'profiles/writer.pem': authority.certificatePem.slice(0, 200) });
      const [cut] = await checkIdentities(profile, folder, Date.now());
      expect(cut).to.include({ check: 'identity writer', status: 'fault' });
      expect(cut?.sentence).to.equal('Its certificate cannot be read.');
    });

    it('names the file that is not there', async () => {
      await expectCodeAsync(() => readFabricProfile(join(folder, 'none')), 'FILE_MISSING');
      writeFileSync(
        path,
        JSON.stringify({
          ...PROFILE,
          identities: { writer: { certificate: 'none', key: 'none' } },
        }),
      );
      const profile = await readFabricProfile(path);
      await expectCodeAsync(() => readIdentity(profile, 'writer'), 'FILE_MISSING');
    });
  });
});
