// The certificate of the own authority with one bit changed: told by every command that reads it,
// before anything is made with it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Membership } from '../../gateway/ledger/embedded/membership.js';
import { backupKeys } from '../../gateway/services/backup/keys.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { doctorPlace, one, sick } from '../support/doctor-place.js';
import { expectCode, expectCodeAsync } from '../support/expect-code.js';

const NAME = 'ca-certificate.pem';

/** DER in PEM, lines of 64 characters. */
function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');

describe('a bit changed in the certificate of the own authority', function () {
  this.timeout(60_000);
  const place = doctorPlace();
  const { at, inData } = place;
  let good: Buffer;
  beforeEach(() => {
    good = derOf(readFileSync(inData('keys', NAME), 'utf8'));
  });

  /** In its name, its public key and its signature. */
  const places = () => [60, 180, 236, good.length - 40, good.length - 2];

  function flipped(offset: number): string {
    const der = Buffer.from(good);
    der[offset] = (der[offset] as number) ^ 1;
    return pemOf(der);
  }

  it('is refused, with the name of the file', async () => {
    for (const offset of places()) {
      writeFileSync(inData('keys', NAME), flipped(offset));
      const open = async () =>
        (await openHospital({ folder: place.data, operator: 'test' })).close();
      await expectCodeAsync(open, 'KEY_UNREADABLE');
      const failure = await open().catch(String);
      expect(failure, String(offset)).to.include(`${NAME} is damaged`);
    }
  });

  it('is no root of the ledger', () => {
    for (const offset of places()) {
      const msps = [{ mspId: 'HospitalAMSP', roots: [flipped(offset)] }];
      expectCode(() => new Membership(msps), 'IDENTITY_REFUSED');
    }
  });

  it('goes into no backup of the keys', async () => {
    writeFileSync(inData('keys', NAME), flipped(good.length - 40));
    const backup = () => backupKeys(place.data, at('keys.backup'), 'long enough passphrase');
    await expectCodeAsync(backup, 'KEY_UNREADABLE');
    expect(readdirSync(place.folder()).filter((name) => name.includes('backup'))).to.deep.equal([]);
  });

  it('is found by the doctor, who looks at all other keys', async () => {
    for (const offset of places()) {
      writeFileSync(inData('keys', NAME), flipped(offset));
      const found = await place.run();
      expect(sick(found), String(offset)).to.deep.equal([`keys/${NAME}: fault`]);
      expect(one(found, `keys/${NAME}`).sentence).to.match(/^It is damaged/);
      expect(one(found, 'keys/writer-certificate.pem').status).to.equal('ok');
    }
  });

  it('is found in the certificate of the writer too', async () => {
    const name = 'writer-certificate.pem';
    good = derOf(readFileSync(inData('keys', name), 'utf8'));
    for (const offset of places()) {
      writeFileSync(inData('keys', name), flipped(offset));
      expect(sick(await place.run()), String(offset)).to.deep.equal([`keys/${name}: fault`]);
    }
  });
});
