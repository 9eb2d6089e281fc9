import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dataLayout } from '../../gateway/data/layout.js';
import { tablesIn } from '../../gateway/level-files.js';
import { checkTables } from '../../gateway/services/doctor/tables.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { partFolder } from '../../gateway/store/store-database.js';
import { doctorPlace, one } from '../support/doctor-place.js';
import { asOrdinaryUser } from '../support/temp-folder.js';

const NOBODY = '65534';

describe('the doctor of tables, which end a process when the disk does not give them', function () {
  this.timeout(60_000);
  const place = doctorPlace();

  beforeEach(async () => {
    // What lies in LevelDB's log becomes a table when it is opened the next time.
    const hospital = await openHospital({ folder: place.data, operator: 'test' });
    await hospital.close();
  });

  it('says that the disk gives them all', async () => {
    const { status, sentence } = one(await place.run(), 'tables');
    expect(status).to.equal('ok');
    expect(sentence).to.match(/all of [1-9][0-9]* tables/);
  });

  it('says how many it left out where there was no time', () => {
    const { status, sentence } = checkTables(dataLayout(place.data), -1);
    expect(status).to.equal('not checked');
    expect(sentence).to.match(/gives 0 tables; [1-9][0-9]* were left out/);
  });

  if (process.geteuid?.() === 0) {
    it('names one that the disk does not give, and what to do', async () => {
      const layout = dataLayout(place.data);
      const entries = partFolder(layout.store, 'entries');
      const table = join(entries, tablesIn(entries)[0] as string);
      execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, place.data]);
      chownSync(table, 0, 0);
      chmodSync(table, 0o600);
      const { status, sentence, next } = await asOrdinaryUser(async () => checkTables(layout));
      expect(status).to.equal('fault');
      expect(sentence).to.include(`${table}: permission denied`);
      expect(next).to.include('dmesg');
    });
  }
});
