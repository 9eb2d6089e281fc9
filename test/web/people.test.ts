// Whom the first sentence of a patient's page counts: everybody who opened the file, whatever their
// system writes into role and category.
import { expect } from 'chai';
import { isByPerson, type ShownEntry } from '../../gateway/web/patient/access.js';
import { summarise } from '../../gateway/web/patient/summary.js';
import { PATIENT } from '../../gateway/web/text/patient.js';

const AT = '2026-11-01T08:00:00.000Z';

const access = (more: Partial<ShownEntry>): ShownEntry => ({
  sequence: 0,
  leafHash: '0'.repeat(64),
  act: 'access',
  at: AT,
  role: 'physician',
  category: 'inpatient',
  source: { system: 'emr' },
  actor: { id: 'dr-1' },
  ...more,
});

describe('an access that a patient is told of', () => {
  const expectPerson = (more: Partial<ShownEntry>, expected: boolean) =>
    expect(isByPerson(access(more)), JSON.stringify(more)).to.equal(expected);

  it('is that of a person, however the name of the role begins', () => {
    for (const role of [
      'Systems administrator',
      'system-administrator',
      'System operator',
      'Service physician',
      'service desk',
      'Device technician',
      'Automation engineer',
      'not-given',
    ]) {
      expectPerson({ role }, true);
    }
  });

  it('is that of a program where the whole role says so, and nobody overrode anything', () => {
    for (const role of [
      'system',
      'Service',
      'device',
      'batch job',
      'service-account',
      'automated',
    ]) {
      expectPerson({ role }, false);
      expectPerson({ role, breakGlass: true }, true);
    }
  });

  it('is a look at the list by the word of the gateway alone', () => {
    const category = 'access-history';
    expectPerson({ category, source: { system: 'chartseal-gateway' } }, false);
    expectPerson({ category }, true);
    const { accesses, people } = summarise([access({ category })], AT);
    expect({ accesses, people }).to.deep.equal({ accesses: 1, people: 1 });
  });
});

describe('the first sentence of a list that is not loaded to its end', () => {
  const told = (entries: readonly ShownEntry[], isAll: boolean) =>
    (['en', 'zh-CN'] as const).map((language) =>
      PATIENT[language].summary(summarise(entries, AT), isAll),
    );

  it('says of what is loaded alone that nothing was an emergency override', () => {
    for (const text of told([access({})], false)) {
      expect(text).to.match(/no emergency override in the entries loaded\.$|已加载的记录中没有/);
    }
    for (const text of told([access({})], true)) {
      expect(text).to.match(/; no emergency override\.$|，没有紧急越权访问。$/);
    }
  });

  it('counts overrides as at least so many', () => {
    const entries = [access({ breakGlass: true }), access({})];
    for (const text of told(entries, false)) {
      expect(text).to.match(/; at least 1 emergency override\.$|，其中紧急越权至少 1 次。$/);
    }
    for (const text of told(entries, true)) {
      expect(text).to.match(/; 1 emergency override\.$|，其中紧急越权 1 次。$/);
    }
  });
});
