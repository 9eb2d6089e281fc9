// A data folder whose configuration or certificate is another's: what would be accepted with it
// could not be taken back.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { addEvents, audit, eachOnACopy, openData } from '../support/audit-sample.js';
import { expectCodeAsync } from '../support/expect-code.js';

describe('a data folder', () => {
  let folder: string;

  eachOnACopy((copy) => {
    folder = copy;
  });

  const key = (name: string) => join(folder, 'keys', name);
  const changes: Readonly<Record<string, readonly [path: () => string, () => void, ErrorCode]>> = {
    'names another organisation': [
      () => join(folder, 'config.json'),
      () => {
        const path = join(folder, 'config.json');
        writeFileSync(path, readFileSync(path, 'utf8').replace('HospitalAMSP', 'HospitalBMSP'));
      },
      'BAD_INPUT',
    ],
    "has the administrator's certificate for the writer": [
      () => key('writer-certificate.pem'),
      () => copyFileSync(key('admin-certificate.pem'), key('writer-certificate.pem')),
      'IDENTITY_REFUSED',
    ],
    'has the certificate of its authority for the writer': [
      () => key('writer-certificate.pem'),
      () => copyFileSync(key('ca-certificate.pem'), key('writer-certificate.pem')),
      'IDENTITY_REFUSED',
    ],
  };
  for (const [what, [path, change, code]] of Object.entries(changes)) {
    it(`that ${what} accepts nothing, and goes on when that is mended`, async () => {
      const kept = readFileSync(path());
      change();
      await expectCodeAsync(() => openData(folder), code);
      writeFileSync(path(), kept);
      const hospital = await openData(folder);
      const { accepted, proven } = hospital.sequencer.counts;
      expect(accepted).to.equal(proven);
      await addEvents(hospital, 'third');
      await hospital.close();
      expect((await audit(folder, { isLogOnly: true })).named('FAILED')).to.deep.equal([]);
    });
  }
});
