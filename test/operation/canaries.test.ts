import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROUTES } from '../../gateway/http/table.js';
import { Canaries, formsOf } from '../support/canaries.js';
import { accessSubmission } from '../support/hospital.js';
import { ask, type RequestOptions } from '../support/loopback-request.js';
import { ServeProcess } from '../support/serve-process.js';

const SYSTEM = 'urn:canary:mrn';
/** The last ones hold what is escaped, encoded, or ends a line in some form. */
const CANARY = {
  patient: 'CANARY-P7700142',
  record: 'canary/病历 ⁂ 8831/x',
  name: '卡纳瑞王小明-9917',
  actor: 'canary-dr-5533',
  justification: 'canary because\n{"level":"error"} 4471',
  request: 'canary-request-7781',
  secret: 'canary.secret.token.9931',
  address: 'canary-198-51-100-23',
  content: 'canary content of a document 5151',
} as const;

describe('what the gateway writes while it runs', function () {
  this.timeout(60_000);
  let folder: string;
  let gateway: ServeProcess;
  const canaries = new Canaries(CANARY);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chartseal-canary-'));
    gateway = new ServeProcess(['--demo', '--data', 'd'], {
      cwd: folder,
      environment: { CHARTSEAL_LOG_LEVEL: 'debug' },
    });
    await gateway.listening();
  });
  after(async () => {
    await gateway.kill();
    rmSync(folder, { recursive: true });
  });

  const bearer = (role: string) => ({ authorization: `Bearer ${gateway.tokens[role]}` });
  const people = (path: string) => gateway.url('people', path);
  const json = { 'content-type': 'application/json' };
  const asked: { readonly status: number; readonly text: string }[] = [];
  async function send(path: string, options: RequestOptions = {}): Promise<string> {
    const { status, text } = await ask(people(path), options);
    asked.push({ status, text });
    return text;
  }

  const event = (changes: object = {}) =>
    accessSubmission(CANARY.patient, CANARY.request, {
      patient: { system: SYSTEM, value: CANARY.patient },
      actor: { id: CANARY.actor, name: CANARY.name },
      justification: CANARY.justification,
      client: { address: CANARY.address },
      records: [CANARY.record],
      ...changes,
    });

  const record = () => ({
    record: {
      id: CANARY.record,
      category: 'inpatient',
      mediaType: 'text/plain',
      digests: { 'sha-256': 'ab'.repeat(32) },
      size: 3,
      name: CANARY.name,
    },
    patient: { system: SYSTEM, value: CANARY.patient },
  });

  async function sendGood(): Promise<void> {
    const id = encodeURIComponent(CANARY.record);
    const headers = { ...bearer('archivist'), ...json };
    const accepted = await send('/v1/access-events', { headers, body: JSON.stringify(event()) });
    const { leafHash } = JSON.parse(accepted) as { leafHash: string };
    const lines = { ...headers, 'content-type': 'application/x-ndjson' };
    const body = `${JSON.stringify(event({ source: { system: 'emr' } }))}\nno ${CANARY.name}\n`;
    await send('/v1/access-events', { headers: lines, body });
    await send('/v1/records', {
      headers: { ...headers, prefer: 'wait=10' },
      body: JSON.stringify(record()),
    });
    await send('/v1/records/batch', { headers: lines, body: `${JSON.stringify(record())}\n` });
    const patient = `${encodeURIComponent(SYSTEM)}|${encodeURIComponent(CANARY.patient)}`;
    await send(
      `/v1/records?id=${id}%2Fy&category=c&mediaType=text/plain&name=${encodeURIComponent(CANARY.name)}`,
      {
        headers: {
          ...bearer('archivist'),
          'content-type': 'application/octet-stream',
          'chartseal-patient': patient,
        },
        body: CANARY.content,
      },
    );
    for (const rest of ['', '/versions', '/receipt', '/history']) {
      await send(`/v1/records/${id}${rest}`, { headers: bearer('archivist') });
    }
    await send(`/v1/receipts/${leafHash}`, { headers: bearer('archivist') });
    const identifier = JSON.stringify({ system: SYSTEM, value: CANARY.patient });
    const resolved = await send('/v1/patients/resolve', { headers, body: identifier });
    const { pseudonym } = JSON.parse(resolved) as { pseudonym: string };
    const purpose = '?purpose=HCOMPL';
    await send(`/v1/patients/${pseudonym}/access-history${purpose}`, { headers });
    const file = await send(`/v1/patients/${pseudonym}/access-history/file${purpose}`, { headers });
    await send('/v1/verify', { headers, body: JSON.stringify({ history: JSON.parse(file) }) });
  }

  async function sendBad(): Promise<void> {
    const value = encodeURIComponent(CANARY.patient);
    const headers = { ...bearer('archivist'), ...json };
    // Wrong in every place where a caller may put something.
    await send(`/${value}`);
    await send(`/v1/records/${value}?${value}=${value}`, { headers });
    await send(`/v1/records/%ff${value}`, { headers });
    await send('/v1/access-events', { headers, body: `{"patient":"${CANARY.patient}` });
    await send('/v1/access-events', {
      headers,
      body: JSON.stringify({ [CANARY.name]: CANARY.name }),
    });
    await send('/v1/access-events', {
      headers,
      body: JSON.stringify(event({ action: CANARY.name })),
    });
    const again = JSON.stringify(event({ unit: 'other' }));
    await send('/v1/access-events', { headers, body: again });
    await send('/v1/access-events', {
      headers: { ...headers, 'content-type': `text/${value}` },
      body: 'x',
    });
    await send('/v1/patients/resolve', {
      headers,
      body: JSON.stringify({ system: SYSTEM, value: ` ${CANARY.patient}` }),
    });
    await send('/v1/verify', { headers, body: JSON.stringify({ receipt: { [CANARY.name]: 1 } }) });
    for (const authorization of [
      CANARY.secret,
      `Bearer ${CANARY.secret}`,
      `Bearer ${gateway.tokens['admin']}${CANARY.secret}`,
      `Bearer e30.${Buffer.from(JSON.stringify({ iss: CANARY.secret })).toString('base64url')}.e30`,
    ]) {
      await send('/v1/status', { headers: { authorization } });
    }
    const strange = {
      'x-request-id': CANARY.request,
      cookie: CANARY.secret,
      'user-agent': CANARY.actor,
      'x-forwarded-for': CANARY.address,
      referer: `https://x/${value}`,
      'idempotency-key': CANARY.request,
      prefer: CANARY.secret,
    };
    for (const { method, path } of ROUTES) {
      const filled = path.replace(/\{\+?\w+\}/g, value);
      const body = method === 'POST' ? { body: JSON.stringify(CANARY) } : {};
      await send(`${filled}?x=${value}`, { headers: { ...headers, ...strange }, ...body });
      await send(filled, { headers: { ...strange, ...json }, ...body });
    }
  }

  /** What is no HTTP at all. */
  async function sendRaw(text: string): Promise<void> {
    const { hostname, port } = people('/');
    const socket = connect(Number(port), hostname);
    socket.on('error', () => socket.destroy());
    socket.end(text);
    socket.resume();
    await once(socket, 'close');
  }

  it('holds no identifier, content, token or address of any request, good or bad, in any form', async () => {
    await sendGood();
    expect(asked.filter(({ status }) => status >= 400)).to.deep.equal([]);
    await sendBad();
    expect(asked.filter(({ status }) => status >= 500 && status !== 503)).to.deep.equal([]);
    await sendRaw(`GET /${CANARY.patient} HTTP/9.9\r\n\r\n`);
    await sendRaw(`${CANARY.patient}\r\n${CANARY.secret}\r\n\r\n`);
    await sendRaw(
      `GET / HTTP/1.1\r\nHost: ${CANARY.patient}\r\n${'x'.repeat(20_000)}: ${CANARY.secret}\r\n\r\n`,
    );
    const metrics = await ask(gateway.url('local', '/metrics'));
    const run = canaries.findBelow(join(folder, 'd', 'run'));
    gateway.signal('SIGTERM');
    expect(await gateway.ended()).to.equal(0);
    expect([
      ...run,
      ...canaries.findIn(gateway.stdout, 'stdout'),
      ...canaries.findIn(gateway.stderr, 'stderr'),
      ...canaries.findIn(metrics.text, 'metrics'),
    ]).to.deep.equal([]);
    // It did write: a line for each request.
    expect(gateway.stdout.match(/"event":"request"/g)?.length).to.be.at.least(asked.length);
  });
});

describe('a canary', () => {
  it('is found in each of its forms, within other text too', () => {
    const text = '病历 "7700142"';
    const canaries = new Canaries({ it: text });
    expect(
      [...formsOf(text)].every((form) => canaries.findIn(`..${form}..`, 'x').length === 1),
    ).to.equal(true);
    for (const around of ['', 'a', 'ab']) {
      const longer = Buffer.from(`${around}${text}${around}z`);
      expect(canaries.findIn(longer.toString('base64'), 'x')).to.deep.equal(['x: it']);
      expect(canaries.findIn(longer.toString('base64url'), 'x')).to.deep.equal(['x: it']);
      expect(canaries.findIn(longer.toString('hex').toUpperCase(), 'x')).to.deep.equal(['x: it']);
    }
    expect(canaries.findIn('病历 7700143', 'x')).to.deep.equal([]);
  });

  it('is found in files and their names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chartseal-canary-'));
    const text = randomUUID();
    writeFileSync(join(folder, 'a'), `x${text}x`);
    writeFileSync(join(folder, text), '');
    expect(new Canaries({ id: text }).findBelow(folder)).to.have.length(2);
    rmSync(folder, { recursive: true });
  });
});
