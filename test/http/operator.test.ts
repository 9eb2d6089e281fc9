import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDataFolder } from '../../gateway/data/create.js';
import { ROUTES } from '../../gateway/http/table.js';
import { readGatewayConfig } from '../../gateway/operation/config.js';
import { Gateway } from '../../gateway/operation/gateway.js';
import { GatewayLog } from '../../gateway/operation/log.js';
import { findGateway, type RunningGateway } from '../../gateway/operation/run-file.js';
import { accessSubmission } from '../support/hospital.js';

const HASH = 'a'.repeat(64);
const OPTIONS = { category: 'x', moved: false };
const OPERATOR_ROUTES = ROUTES.filter(({ access }) => access === 'operator');

const fileRow = (line: number) => ({
  line,
  path: Buffer.from(`/archive/${line}`).toString('base64'),
  name: `${line}`,
  id: `a/${line}`,
  digest: HASH,
  size: 1,
  modifiedAtMs: 0,
});

type Row = Readonly<Record<string, unknown>>;

describe('the routes for commands beside a gateway', () => {
  let folder: string;
  let gateway: Gateway;
  let local: RunningGateway;
  let people: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chartseal-operator-'));
    const data = join(folder, 'd');
    const names = { origin: 'a.example/x', mspId: 'A', description: '' };
    await createDataFolder({ folder: data, ...names, recordLabels: 'hmac', patientSystems: [] });
    const environment = { CHARTSEAL_PEOPLE_PORT: '0', CHARTSEAL_LOG_LEVEL: 'silent' };
    const config = await readGatewayConfig({
      file: undefined,
      environment,
      data,
      demo: undefined,
    });
    gateway = await Gateway.open({ config, version: 'test', log: new GatewayLog('silent') });
    local = (await findGateway(data)) as RunningGateway;
    people = gateway.listening.find(({ kind }) => kind === 'people')?.url ?? '';
  });
  after(async () => {
    await gateway.close();
    rmSync(folder, { recursive: true });
  });

  interface Sent {
    readonly url?: string;
    readonly token?: string;
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }

  function begin(path: string, sent: Sent = {}): ClientRequest {
    const { url = local.url, token = local.token, method = 'POST', headers } = sent;
    const bearer = token === '' ? {} : { Authorization: `Bearer ${token}` };
    return request(`${url}${path}`, { method, agent: false, headers: { ...bearer, ...headers } });
  }

  async function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return answer.setEncoding('utf8');
  }

  async function textOf(answer: IncomingMessage): Promise<string> {
    let text = '';
    for await (const piece of answer) text += piece;
    return text;
  }

  async function ask(path: string, body: string | undefined, sent: Sent = {}) {
    const asked = begin(path, sent);
    asked.end(body);
    const answer = await answerOf(asked);
    return { status: answer.statusCode, text: await textOf(answer) };
  }

  const JSON_TYPE = { 'Content-Type': 'application/json' };
  const LINES = { 'Content-Type': 'application/x-ndjson' };
  const json = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    ask(path, JSON.stringify(body), { headers: { ...JSON_TYPE, ...headers } });
  const linesOf = (...rows: readonly unknown[]) =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const rowsIn = (text: string): Row[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  async function rows(path: string, body: string): Promise<Row[]> {
    const { status, text } = await ask(path, body, { headers: LINES });
    expect(status).to.equal(200);
    return rowsIn(text);
  }
  async function accepted(): Promise<number> {
    const { text } = await ask('/operator/v1/standing', undefined, { method: 'GET' });
    return JSON.parse(text).counts.accepted;
  }
  const codeOf = ({ text }: { readonly text: string }) => JSON.parse(text).code as string;
  const errorOf = (answer: readonly Row[]) =>
    (answer.at(-1)?.['error'] as Row | undefined)?.['code'];

  it('open to the token of the folder alone, and on no other listener', async () => {
    expect(OPERATOR_ROUTES).to.have.length.above(7);
    for (const { method, path } of OPERATOR_ROUTES) {
      for (const token of ['', 'x'.repeat(43)]) {
        const refused = await ask(path, undefined, { method, token });
        expect([refused.status, codeOf(refused)], path).to.deep.equal([401, 'UNAUTHENTICATED']);
      }
      const elsewhere = await ask(path, undefined, { url: people, method, token: '' });
      expect([elsewhere.status, codeOf(elsewhere)], path).to.deep.equal([404, 'NO_ROUTE']);
      const known = await ask(path, undefined, { url: people, method });
      expect(known.status, path).to.equal(401);
    }
    expect(await accepted()).to.equal(0);
  });

  it('take one event in the name of an account, and refuse what is none', async () => {
    const event = accessSubmission('P1', 'q1');
    const path = '/operator/v1/access-events';
    for (const operator of ['root', 'cli:', 'cli:%0A', `cli:${'a'.repeat(65)}`, 'cli:a b']) {
      const refused = await json(path, event, { 'Chartseal-Operator': operator });
      expect([refused.status, codeOf(refused)], operator).to.deep.equal([400, 'BAD_INPUT']);
    }
    const wrong = await json(path, { ...event, more: 1 });
    expect([wrong.status, codeOf(wrong)]).to.deep.equal([400, 'BAD_INPUT']);
    const type = await ask(path, JSON.stringify(event), { headers: LINES });
    expect([type.status, codeOf(type)]).to.deep.equal([415, 'WRONG_MEDIA_TYPE']);
    expect(await accepted()).to.equal(0);
    const taken = await json(path, event, { 'Chartseal-Operator': 'cli:%E5%BC%A0' });
    expect(taken.status).to.equal(200);
    const { leafHash } = JSON.parse(taken.text);
    await rows0('/operator/v1/proven', { waitMs: 20_000 });
    const receipt = await json('/operator/v1/receipts', { leafHash });
    const { entry } = JSON.parse(receipt.text);
    expect(JSON.parse(Buffer.from(entry, 'base64').toString()).by).to.deep.equal({
      id: 'cli:张',
      mspId: 'A',
    });
  });

  const rows0 = async (path: string, body: unknown) => rowsIn((await json(path, body)).text);

  it('ask for one thing at a time', async () => {
    for (const [path, body] of [
      ['/operator/v1/receipts', {}],
      ['/operator/v1/receipts', { index: 0, record: 'a' }],
      ['/operator/v1/receipts', { version: 1 }],
      ['/operator/v1/receipts', { index: -1 }],
      ['/operator/v1/histories', {}],
      ['/operator/v1/histories', { log: false }],
      ['/operator/v1/histories', { log: true, record: 'a' }],
      ['/operator/v1/histories', { patient: 'P1' }],
      ['/operator/v1/proven', { waitMs: 'long' }],
    ] as const) {
      const refused = await json(path, body);
      expect([refused.status, codeOf(refused)], path).to.deep.equal([400, 'BAD_INPUT']);
    }
    const none = await json('/operator/v1/receipts', { record: 'nothing' });
    expect([none.status, codeOf(none)]).to.deep.equal([404, 'NOT_FOUND']);
  });

  it('tell in the last row what was wrong with a row, and keep nothing of it', async () => {
    const before = await accepted();
    const ingest = '/operator/v1/ingest';
    expect(errorOf(await rows(ingest, ''))).to.equal('BAD_INPUT');
    expect(errorOf(await rows(ingest, 'nonsense'))).to.equal('BAD_JSON');
    expect(errorOf(await rows(ingest, linesOf({ category: 'x' })))).to.equal('BAD_INPUT');
    for (const bad of [
      { ...fileRow(1), digest: 'x' },
      { ...fileRow(1), size: -1 },
      { ...fileRow(1), path: 'no base64' },
      { ...fileRow(1), more: 1 },
      { line: 1, path: '' },
      [],
      null,
    ]) {
      expect(errorOf(await rows(ingest, linesOf(OPTIONS, bad)))).to.equal('BAD_INPUT');
    }
    const long = `${linesOf(OPTIONS)}"${'x'.repeat(5 * 1024 * 1024)}"`;
    expect(errorOf(await rows(ingest, long))).to.equal('TOO_LARGE');
    const imports = '/operator/v1/access-events/import';
    expect(errorOf(await rows(imports, linesOf({ value: 1 })))).to.equal('BAD_INPUT');
    const audits = '/operator/v1/audits';
    const audit = { tool: 't', paths: ['relative'], isLogOnly: false, isRestart: false };
    const asked = { ...audit, waitMs: 0, isWatched: false };
    expect(errorOf(await rows(audits, linesOf(asked)))).to.equal('BAD_INPUT');
    expect(errorOf(await rows(audits, linesOf({})))).to.equal('BAD_INPUT');
    expect(await accepted()).to.equal(before);
  });

  it('answer for one line without another, in the order of lines', async () => {
    const sent = [
      { line: 4, value: accessSubmission('P2', 'q2') },
      { line: 5, value: { no: 'event' } },
      { line: 9, error: { code: 'BAD_JSON', message: 'as the command saw it' } },
      { line: 10, value: accessSubmission('P2', 'q2') },
    ];
    const answer = await rows('/operator/v1/access-events/import', linesOf(...sent));
    const told = answer.slice(0, -1).map(({ row }) => row as Row);
    expect(told.map(({ line }) => line)).to.deep.equal([4, 5, 9, 10]);
    expect(told.map(({ duplicate }) => duplicate)).to.deep.equal([
      false,
      undefined,
      undefined,
      true,
    ]);
    expect(told[1]).to.have.nested.property('error.code', 'BAD_INPUT');
    expect(told[2]?.['error']).to.deep.equal(sent[2]?.error);
    expect(answer.at(-1)).to.deep.equal({ end: {} });
  });

  it('answer while more arrives, and lose nothing when the command is gone', async () => {
    const before = await accepted();
    const asked = begin('/operator/v1/ingest', { headers: LINES });
    asked.on('error', () => undefined);
    asked.write(linesOf(OPTIONS));
    const answer = await answerOf(asked);
    const pieces = answer[Symbol.asyncIterator]() as AsyncIterator<string>;
    let line = 0;
    let told: Row[] = [];
    // A few batches are in hand before the first is answered for.
    for (const reads: Promise<unknown>[] = []; told.length === 0; ) {
      asked.write(linesOf(fileRow(++line)));
      if (reads.length === 0) {
        reads.push(
          pieces.next().then(({ value }) => {
            told = rowsIn(String(value));
            reads.length = 0;
          }),
        );
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(told[0]).to.have.nested.property('row.state', 'anchored');
    asked.destroy();
    expect(await accepted()).to.be.within(before + 1, before + line);
    const again = await rows('/operator/v1/ingest', linesOf(OPTIONS, fileRow(1)));
    expect(again[0]).to.have.nested.property('row.state', 'unchanged');
  });

  it('run one audit at a time', async () => {
    const options = {
      ...{ tool: 't', paths: [], isLogOnly: true, isRestart: false },
      ...{ waitMs: 20_000, isWatched: true },
    };
    const asked = () => {
      const begun = begin('/operator/v1/audits', { headers: LINES });
      begun.write(linesOf(options));
      return begun;
    };
    const answers = await Promise.all(
      [asked(), asked()].map(async (one) => {
        const text = await textOf(await answerOf(one));
        one.destroy();
        return rowsIn(text).at(-1);
      }),
    );
    const refused = answers.filter((last) => last !== undefined && 'error' in last);
    expect(refused.map((last) => last && errorOf([last]))).to.deep.equal(['AUDIT_UNFINISHED']);
    const [done] = answers.filter((last) => last !== undefined && 'end' in last);
    expect(done).to.have.nested.property('end.anchoring.isProven', true);
  });
});
