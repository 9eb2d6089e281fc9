import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { Canaries } from '../support/canaries.js';
import { auditEvent, bundleOf } from '../support/fhir-call.js';
import { ask, type RequestOptions } from '../support/loopback-request.js';
import { ServeProcess } from '../support/serve-process.js';
import { newTempFolder, removeTempFolder } from '../support/temp-folder.js';

const CANARY = {
  patient: 'CANARY-P7700142',
  actor: 'canary-dr-5533',
  name: '卡纳瑞王小明-9917',
  request: 'canary-request-7781',
  record: 'DocumentReference/canary8831',
  query: 'name=canary-query-4417',
  address: 'canary-198-51-100-23',
} as const;

/** A valid event with canaries in whatever names somebody or something. */
function event(requestId: string = CANARY.request): JsonObject {
  const { patient, actor } = CANARY;
  const made = auditEvent({ patients: [patient], requestId, actor });
  const [data, ...entities] = made['entity'] as JsonObject[];
  const agents = made['agent'] as JsonObject[];
  return {
    ...made,
    outcomeDesc: CANARY.name,
    agent: agents.map((agent) => ({
      ...agent,
      name: CANARY.name,
      ...(agent['network'] === undefined
        ? {}
        : { network: { address: CANARY.address, type: '1' } }),
    })),
    entity: [
      { ...data, what: { reference: CANARY.record }, description: CANARY.name },
      { ...data, what: { reference: CANARY.record }, query: btoa(CANARY.query) },
      ...entities,
    ],
  };
}

describe('what the gateway writes and refuses of events in FHIR', function () {
  this.timeout(60_000);
  let folder: string;
  let gateway: ServeProcess;
  const canaries = new Canaries(CANARY);
  const refusals: string[] = [];

  before(async () => {
    folder = newTempFolder();
    gateway = new ServeProcess(['--demo', '--data', 'd'], {
      cwd: folder,
      environment: { CHARTSEAL_LOG_LEVEL: 'debug' },
    });
    await gateway.listening();
  });
  after(async () => {
    await gateway.kill();
    removeTempFolder(folder);
  });

  async function send(path: string, body?: unknown, headers: RequestOptions['headers'] = {}) {
    const type = { 'content-type': 'application/fhir+json' };
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const { status, text: said } = await ask(gateway.url('people', path), {
      headers: {
        authorization: `Bearer ${gateway.tokens['archivist']}`,
        ...(text === undefined ? {} : type),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    if (status >= 400) refusals.push(said);
    return status;
  }

  it('holds no identifier, name or query of any of them, good or bad', async () => {
    const events = '/fhir/AuditEvent';
    expect(await send(events, event())).to.equal(201);
    expect(await send(events, event())).to.equal(200);
    const identifier = encodeURIComponent(`urn:hospital-a|${CANARY.patient}`);
    expect(await send(`${events}?patient.identifier=${identifier}`)).to.equal(200);
    expect(await send('/fhir', bundleOf('transaction', [event('canary-request-7781-2')]))).to.equal(
      200,
    );
    const { patient, name, record, request } = CANARY;
    const bad: readonly unknown[] = [
      { ...event(), [patient]: 1 },
      { ...event(), action: patient },
      { ...event(), recorded: name },
      { ...event(), outcome: '8', type: { system: name, code: patient } },
      { ...event(), entity: [{ what: { reference: `Patient/${patient}` } }] },
      { ...event(), agent: patient },
      { ...event(), resourceType: patient },
      { resourceType: 'Bundle', type: patient },
      bundleOf('transaction', [{ ...event(), [name]: record }]),
      bundleOf('batch', [{ ...event(), action: request }]),
      `{"resourceType":"AuditEvent","id":"${patient}`,
      patient,
    ];
    for (const body of bad) expect(await send(events, body)).to.be.within(200, 499);
    const odd = [`${events}/${patient}`, `${events}?${patient}=1`, `/fhir/${patient}`];
    for (const path of [...odd, `${events}?patient=${patient}`, `${events}?action=${patient}`]) {
      expect(await send(path), path).to.be.within(400, 499);
    }
    expect(refusals.length).to.be.at.least(bad.length + 3);
    const metrics = await ask(gateway.url('local', '/metrics'));
    gateway.signal('SIGTERM');
    expect(await gateway.ended()).to.equal(0);
    expect([
      ...canaries.findIn(gateway.stdout, 'stdout'),
      ...canaries.findIn(gateway.stderr, 'stderr'),
      ...canaries.findIn(metrics.text, 'metrics'),
      ...refusals.flatMap((said) => canaries.findIn(said, `refusal ${said.slice(0, 300)}`)),
    ]).to.deep.equal([]);
  });
});
