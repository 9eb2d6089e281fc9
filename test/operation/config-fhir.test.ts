import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { ASSUMPTIONS } from '../../gateway/fhir/assumptions.js';
import { readAuditEvent } from '../../gateway/fhir/read-audit-event.js';
import { patientsOfReference } from '../../gateway/fhir/sources.js';
import { readGatewayConfig } from '../../gateway/operation/config.js';
import { fhirSources } from '../../gateway/operation/config-fhir.js';
import { EVIDENCE, eventNamed } from '../fhir/fhir-cases.js';

describe('senders of FHIR in the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chartseal-fhir-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (sources: unknown) => {
    const file = join(folder, 'gateway.json');
    writeFileSync(file, JSON.stringify({ fhir: { sources } }));
    return readGatewayConfig({ file });
  };

  async function faultsOf(sources: unknown): Promise<readonly string[]> {
    try {
      await read(sources);
    } catch (error) {
      if (!(error instanceof ChartsealError)) throw error;
      expect(error.code).to.equal('CONFIG_INVALID');
      return error.message.split('\n').sort();
    }
    return [];
  }

  it('need no row: then none is known', async () => {
    const { fhir } = await readGatewayConfig({});
    expect(fhirSources(fhir)).to.deep.equal({ sources: [] });
    expect(fhirSources(fhir, 'ours')).to.deep.equal({ sources: [], organisation: 'ours' });
  });

  it('need no more than a name', async () => {
    const { fhir } = await read([{ system: 'ehr' }]);
    expect(fhirSources(fhir).sources).to.deep.equal([
      {
        ...{ system: 'ehr', patientReferences: [], purposes: {}, breakGlass: [], roles: {} },
        withoutPatient: 'refuse',
      },
    ]);
  });

  it('map events as they say', async () => {
    const { fhir } = await read([
      {
        match: { observer: 'urn:example:devices|ehr' },
        system: 'ehr',
        patientReferences: [{ system: 'urn:example:mrn' }],
        breakGlass: ['urn:example:purposes|EMER'],
        roles: { 'urn:example:roles|ARZT': 'physician' },
      },
    ]);
    const { resource } = eventNamed('local-override');
    const [event] = readAuditEvent(resource, fhirSources(fhir), EVIDENCE);
    expect(event).to.deep.include({ purpose: 'BTG', breakGlass: true, role: 'physician' });
    expect(event?.patient).to.deep.equal({ system: 'urn:example:mrn', value: '1001' });
  });

  it('say whom a reference may mean, whoever sent it', async () => {
    const base = 'https://a.example/fhir';
    const { fhir } = await read([
      {
        match: { site: 'a' },
        system: 'a',
        patientReferences: [{ base: `${base}/`, system: 'urn:a' }],
      },
      { match: { site: 'b' }, system: 'b', patientReferences: [{ system: 'urn:b' }] },
      { system: 'c', patientReferences: [{ system: 'urn:b' }, { base, system: 'urn:c' }] },
    ]);
    const sources = fhirSources(fhir);
    expect(patientsOfReference(sources, 'Patient/1')).to.deep.equal([
      { system: 'urn:b', value: '1' },
    ]);
    expect(patientsOfReference(sources, `${base}/Patient/1/_history/2`)).to.deep.equal([
      { system: 'urn:a', value: '1' },
      { system: 'urn:c', value: '1' },
    ]);
    for (const other of [
      'Group/1',
      `${base}/Patient`,
      'Patient/1?x',
      '#1',
      'urn:uuid:1',
      'Patient/ 1',
    ]) {
      expect(patientsOfReference(sources, other)).to.deep.equal([]);
    }
  });

  it('are told with every fault of the members at once', async () => {
    const rows = [
      { organisation: '', purposes: { 'urn:a|b': 'to treat' }, breakGlass: 'EMER' },
      { system: 'x'.repeat(257), category: 'x'.repeat(65), match: { observers: 'a' } },
      { system: 'a', patientReferences: [{ base: 'https://a.example' }], roles: { nurse: 7 } },
    ];
    expect(await faultsOf(rows)).to.deep.equal([
      'fhir.sources[0].breakGlass must be a list',
      'fhir.sources[0].organisation must not be empty',
      'fhir.sources[0].purposes.urn:a|b must be a code of v3-ActReason',
      'fhir.sources[0].system must be given',
      'fhir.sources[1].category must have at most 64 characters',
      'fhir.sources[1].match.observers is not known here',
      'fhir.sources[1].system must have at most 256 characters',
      'fhir.sources[2].patientReferences[0].system must be given',
      'fhir.sources[2].roles.nurse must be a text',
    ]);
  });

  it('are told with every fault of their meaning at once', async () => {
    const system = 'a';
    const rows = [
      { system, match: {} },
      {
        system,
        patientReferences: [
          { base: 'ehr.example/fhir', system },
          { base: 'https://a.example/?x', system },
        ],
      },
      { system, match: { site: 'north' }, patientReferences: [{ system }, { system }] },
      { system, match: { site: 'north' } },
      { system },
    ];
    expect(await faultsOf(rows)).to.deep.equal([
      'fhir.sources[0].match must have observer or site; without match the row is for all',
      'fhir.sources[1].patientReferences[0].base must be an address that begins with http:// or https://',
      'fhir.sources[1].patientReferences[1].base must have no query',
      'fhir.sources[2].patientReferences[1] has the base of another row',
      'fhir.sources[3] matches as another',
      'fhir.sources[4] is a second row without match',
    ]);
  });

  it('are documented, and so is every assumption of the mapping', () => {
    const gateway = readFileSync(join(process.cwd(), 'gateway/README.md'), 'utf8');
    const members = [
      'match',
      'system',
      'organisation',
      'patientReferences',
      'purposes',
      'breakGlass',
    ];
    for (const member of members) expect(gateway).to.include(`| \`${member}\``);
    const mapping = readFileSync(join(process.cwd(), 'gateway/fhir/README.md'), 'utf8');
    for (const [word, { bends, about }] of Object.entries(ASSUMPTIONS)) {
      expect(mapping).to.include(`| \`${word}\` | ${bends ? 'yes' : ''} | ${about} |`);
    }
  });
});
