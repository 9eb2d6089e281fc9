import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { type JsonRow, Workplace } from '../support/cli.js';
import { accessSubmission } from '../support/hospital.js';
import { Served } from '../support/served.js';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const ENTITY = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
const agent = (code: string, name: string) => ({
  type: { coding: [{ system: DCM, code }] },
  who: { display: name },
  requestor: false,
  network: { address: '192.0.2.1', type: '2' },
});

/** A patient's record was read, as IHE BALP has it. */
function auditEvent(request: string, what: object) {
  return {
    resourceType: 'AuditEvent',
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
    subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
    action: 'R',
    recorded: '2026-11-01T08:00:00.000Z',
    outcome: '0',
    agent: [
      agent('110153', 'server'),
      agent('110152', 'client'),
      {
        who: { identifier: { system: 'urn:staff', value: 'CANARY-dr' } },
        requestor: true,
        network: undefined,
      },
    ],
    source: { observer: { display: 'emr' } },
    entity: [
      { what, type: { system: ENTITY, code: '1' }, role: { system: ROLE, code: '1' } },
      {
        what: { reference: 'DocumentReference/1' },
        type: { system: ENTITY, code: '2' },
        role: { system: ROLE, code: '4' },
      },
      { what: { identifier: { value: request } }, type: { code: 'XrequestId' } },
    ],
  };
}

const byIdentifier = { identifier: { system: 'urn:mrn', value: 'CANARY-1' } };
const byReference = { reference: 'Patient/CANARY-2' };
const lines = (...events: readonly unknown[]) =>
  events.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');
const row = { system: 'emr-fhir', organisation: 'Hospital A' };

describe('the feed on the command line', function () {
  this.timeout(300_000);
  let place: Workplace;
  let gateway: Served | undefined;
  const config = (name: string, fhir: object) =>
    writeFileSync(place.path(name), JSON.stringify({ fhir: { sources: [fhir] } }));

  beforeEach(() => {
    place = new Workplace();
    const made = place.run(['init', '--data', 'd', '--origin', 'a.example/x', '--org', 'A']);
    expect(made.status, made.stderr).to.equal(0);
    config('before.json', row);
    config('after.json', { ...row, patientReferences: [{ system: 'urn:mrn' }] });
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: auditEvent('q1', byIdentifier) }, { resource: { resourceType: 'X' } }],
    };
    const events = lines(
      auditEvent('q1', byIdentifier),
      auditEvent('q2', byReference),
      '{',
      '',
      bundle,
    );
    writeFileSync(place.path('events.ndjson'), events);
    const { agent: agents, ...event } = auditEvent('q3', byIdentifier);
    const bent = { ...event, agent: agents.map(({ network: _, ...one }) => one) };
    writeFileSync(place.path('one.json'), JSON.stringify(bent, null, 2));
  });
  afterEach(async () => {
    await gateway?.end();
    gateway = undefined;
    place.remove();
  });

  const importing = (...more: string[]) => ['access', 'import', '--data', 'd', '--format', ...more];
  const codes = (rows: readonly JsonRow[]) =>
    rows.flatMap(({ error }) => (error as { code: string } | undefined)?.code ?? []);
  const check = (result: { status: number | null; rows: JsonRow[] }, status: number) => {
    expect(result.status, JSON.stringify(result.rows)).to.equal(status);
    expect(JSON.stringify(result.rows)).to.not.include('CANARY');
    return result.rows;
  };

  /** The options are needless beside a gateway. */
  function story(before: readonly string[], after: readonly string[]): void {
    const rows = check(place.json(importing('fhir', 'events.ndjson', ...before)), 1);
    const [first, second, third, fourth, fifth, end] = rows;
    expect(first).to.include({ line: 1, duplicate: false });
    expect(second).to.include({ line: 2, aside: 1 });
    expect(third).to.include({ line: 3, aside: 2 });
    expect(fourth).to.deep.include({ line: 5, duplicate: true, leafHashes: first?.['leafHashes'] });
    expect(fifth).to.include({ line: 5, expression: 'Bundle.entry[1].resource', aside: 3 });
    expect(codes(rows)).to.have.length(3);
    expect(end?.['summary']).to.include({
      added: 1,
      duplicates: 1,
      failed: 3,
      aside: 3,
      proven: 1,
    });

    const [status] = check(place.json(['feed', 'status', '--data', 'd']), 1);
    const sources = status?.['sources'] as readonly JsonRow[];
    expect(sources.find(({ system }) => system === 'emr-fhir')).to.include({
      ...{ via: 'import', arrived: 2, accepted: 1, duplicates: 1, refused: 0 },
    });
    expect(status?.['waiting']).to.include({ count: 3 });
    const refused = check(place.json(['feed', 'refused', '--data', 'd']), 1);
    expect(refused.map(({ id }) => id)).to.deep.equal([1, 2, 3, undefined]);
    expect(refused[0]?.['expression']).to.match(/^AuditEvent\.entity\[0\]\.what/);
    const shown = place.run(['feed', 'refused', '1', '--content', '--data', 'd']);
    expect(shown.stdout).to.equal(`${JSON.stringify(auditEvent('q2', byReference))}\n`);

    expect(place.json(['feed', 'replay', '--data', 'd']).status).to.equal(64);
    const still = check(place.json(['feed', 'replay', '2', '--data', 'd', ...after]), 1);
    expect(codes(still)).to.deep.equal(['BAD_JSON']);
    expect(place.json(['feed', 'discard', '2', '3', '--data', 'd']).status).to.equal(0);
    expect(codes(place.json(['feed', 'discard', '2', '--data', 'd']).rows)).to.deep.equal([
      'NOT_FOUND',
    ]);
  }

  /** What was refused lands on its patient's chain, once, as the configuration now has it. */
  function replayed(after: readonly string[]): void {
    const rows = check(place.json(['feed', 'replay', '--all', '--data', 'd', ...after]), 0);
    expect(rows[0]).to.include({ id: 1, duplicate: false });
    expect(rows.at(-1)?.['summary']).to.include({ added: 1, refused: 0, proven: 2 });
    const history = place.json(['history', 'urn:mrn|CANARY-2', '--data', 'd']);
    expect(history.status).to.equal(0);
    expect(history.rows[0]?.['events']).to.have.length(1);
    expect(check(place.json(['feed', 'refused', '--data', 'd']), 0)).to.have.length(1);
  }

  it('takes files of FHIR in, keeps aside what it refuses, and tries that again', () => {
    story(['--config', 'before.json'], ['--config', 'before.json']);
    replayed(['--config', 'after.json']);
    const single = check(place.json(importing('balp', 'one.json', '--config', 'after.json')), 1);
    expect(codes(single)).to.have.length(1);
    const lenient = check(place.json(importing('fhir', 'one.json', '--config', 'after.json')), 0);
    expect(lenient[0]).to.include({ duplicate: false });
  });

  it('does the same beside a gateway, by the configuration that the gateway has', async () => {
    gateway = await Served.start(place, 'd', ['--config', 'before.json']);
    story([], []);
    await gateway.end();
    gateway = await Served.start(place, 'd', ['--config', 'after.json']);
    replayed([]);
  });

  it('says of events that are in the log that they could not be counted', () => {
    const send = (request: string) =>
      place.run(
        ['access', 'import', '-', '--data', 'd', '--json'],
        `${JSON.stringify(accessSubmission('P1', request))}\n`,
      );
    expect(send('counted').status).to.equal(0);
    renameSync(place.path('d', 'feed'), place.path('kept'));
    writeFileSync(place.path('d', 'feed'), 'no folder');
    const { status, stdout, stderr } = send('not counted');
    expect(status).to.equal(2);
    expect(stdout).to.contain('"leafHash"');
    expect(stderr).to.match(/^error: FEED_FAILED 1 event is answered and not counted: .+\nhint: /m);
    rmSync(place.path('d', 'feed'));
    renameSync(place.path('kept'), place.path('d', 'feed'));
    const again = send('not counted');
    expect(again.status).to.equal(0);
    expect(again.stdout).to.contain('"duplicate":true');
  });
});
