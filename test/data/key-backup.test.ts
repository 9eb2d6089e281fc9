import { createDecipheriv, createHash, scryptSync } from 'node:crypto';
import { expect } from 'chai';
import { canonicalJson } from '../../chaincode/core/canonical-json.js';
import { formatKeyBackup, type KeyBackup, parseKeyBackup } from '../../gateway/data/key-backup.js';
import { KEY_FILES } from '../../gateway/data/keys.js';
import { expectCodeAsync } from '../support/expect-code.js';

const PASSPHRASE = 'correct horse battery staple';
/** A guess costs next to nothing, so that tests can make thousands. */
const CHEAP = { N: 2, r: 8, p: 1 };

const BACKUP: KeyBackup = {
  facts: {
    origin: 'hospital-a.example/archive',
    mspId: 'HospitalAMSP',
    channel: 'chartseal',
    logId: 'ab'.repeat(32),
  },
  files: Object.fromEntries(Object.values(KEY_FILES).map((name) => [name, `content of ${name}\n`])),
};

type Fields = Record<string, string | number | Record<string, string | number>>;

describe('a backup of keys', function () {
  this.timeout(30_000);
  let bytes: Uint8Array;
  before(async () => {
    bytes = await formatKeyBackup(BACKUP, PASSPHRASE, CHEAP);
  });

  const fields = (): Fields => JSON.parse(Buffer.from(bytes).toString());
  const refused = (changed: Uint8Array, passphrase = PASSPHRASE) =>
    expectCodeAsync(() => parseKeyBackup(changed, passphrase), 'BACKUP_REFUSED');
  const changed = (change: (all: Fields) => void): Uint8Array => {
    const all = fields();
    change(all);
    return Buffer.from(`${canonicalJson(all)}\n`);
  };
  const withKdf = (kdf: object) =>
    changed((all) => {
      all['kdf'] = { ...(all['kdf'] as object), ...kdf };
    });

  it('gives the keys back with its passphrase, however its characters are composed', async () => {
    expect(await parseKeyBackup(bytes, PASSPHRASE)).to.deep.equal(BACKUP);
    const composed = await formatKeyBackup(BACKUP, 'Zür\u0069ch, 病案科 1999', CHEAP);
    const other = 'Zu\u0308rich, 病案科 1999';
    expect(await parseKeyBackup(composed, other)).to.deep.equal(BACKUP);
  });

  it('costs half a second and 128 MiB for each guess', async () => {
    const full = await formatKeyBackup(BACKUP, PASSPHRASE);
    const { kdf } = JSON.parse(Buffer.from(full).toString());
    expect(kdf).to.include({ name: 'scrypt', N: 2 ** 17, r: 8, p: 1 });
    expect(await parseKeyBackup(full, PASSPHRASE)).to.deep.equal(BACKUP);
    await refused(full, `${PASSPHRASE} `);
  });

  it('is what its format says, to another reader', () => {
    const { ciphertext, tag, ...header } = fields();
    const blob = (text: unknown) => Buffer.from(text as string, 'base64');
    const kdf = header['kdf'] as { salt: string };
    const key = scryptSync(PASSPHRASE, blob(kdf.salt), 32, CHEAP);
    const decipher = createDecipheriv('aes-256-gcm', key, blob(header['iv']));
    decipher.setAAD(Buffer.from(canonicalJson(header)));
    decipher.setAuthTag(blob(tag));
    const content = Buffer.concat([decipher.update(blob(ciphertext)), decipher.final()]);
    expect(JSON.parse(content.toString())).to.deep.equal({ files: BACKUP.files });
    expect(header).to.deep.include({ format: 'chartseal-keys/1', ...BACKUP.facts });
  });

  it('is never the same twice, and shows nothing of the keys', async () => {
    const again = await formatKeyBackup(BACKUP, PASSPHRASE, CHEAP);
    for (const name of ['iv', 'ciphertext', 'tag']) {
      expect(JSON.parse(Buffer.from(again).toString())[name]).to.not.equal(fields()[name]);
    }
    expect(Buffer.from(bytes).toString()).to.not.include('content of');
    const plain = createHash('sha256')
      .update(canonicalJson({ files: BACKUP.files }))
      .digest('hex');
    expect(Buffer.from(bytes).toString()).to.not.include(plain);
  });

  it('is refused with any byte changed, cut off anywhere, or with more behind it', async () => {
    for (let place = 0; place < bytes.length - 1; place++) {
      const flipped = Uint8Array.from(bytes);
      flipped[place] = (flipped[place] as number) ^ 1;
      try {
        await parseKeyBackup(flipped, PASSPHRASE);
        expect.fail(`byte ${place} does not matter`);
      } catch (error) {
        // One flip makes the version another digit.
        expect((error as { code: string }).code, `byte ${place}`).to.be.oneOf([
          'BACKUP_REFUSED',
          'NEWER_VERSION',
        ]);
      }
    }
    for (let size = 0; size < bytes.length - 1; size += 7) await refused(bytes.subarray(0, size));
    await refused(Buffer.concat([bytes, bytes]));
    await refused(Buffer.from('null'));
  });

  it('is refused with another passphrase', async () => {
    for (const passphrase of ['', PASSPHRASE.toUpperCase(), `${PASSPHRASE}\n`]) {
      await refused(bytes, passphrase);
    }
  });

  it('cannot make its reader spend memory or time without bound', async () => {
    const hostile = [
      { N: 2 ** 21 },
      { N: 2 ** 52 },
      { N: 3 },
      { N: 1 },
      { N: 0 },
      { r: 9 },
      { r: 0 },
      { p: 5 },
      { p: 0 },
      { name: 'pbkdf2' },
      { salt: '' },
    ];
    for (const kdf of hostile) await refused(withKdf(kdf));
    await refused(new Uint8Array(2 ** 21));
  });

  it('of a later version or with files of other names is refused as newer', async () => {
    const newer = changed((all) => {
      all['format'] = 'chartseal-keys/2';
    });
    await expectCodeAsync(() => parseKeyBackup(newer, PASSPHRASE), 'NEWER_VERSION');
    for (const name of ['../config.json', 'authorized_keys', 'next-key.pem']) {
      const files = { ...BACKUP.files, [name]: 'x' };
      const other = await formatKeyBackup({ ...BACKUP, files }, PASSPHRASE, CHEAP);
      try {
        await parseKeyBackup(other, PASSPHRASE);
        expect.fail(name);
      } catch (error) {
        expect((error as { code: string }).code).to.be.oneOf(['BACKUP_REFUSED', 'NEWER_VERSION']);
      }
    }
  });
});
