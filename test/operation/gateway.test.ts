import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import express from 'express';
import { HttpListener } from '../../gateway/http/server.js';
import type { Gateway } from '../../gateway/operation/gateway.js';
import { findGateway } from '../../gateway/operation/run-file.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { GatewayPlace } from '../support/gateway-place.js';
import { canMountTmpfs, mountTmpfs } from '../support/temp-folder.js';

interface Ready {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
}

describe('a gateway', () => {
  let place: GatewayPlace;
  let gateway: Gateway;
  beforeEach(async () => {
    place = await GatewayPlace.create();
  });
  afterEach(() => place.remove());

  it('is ready when it listens, and says so to anybody', async () => {
    gateway = await place.open();
    const { status, text } = await place.ask('/readyz');
    const { ready, checks } = JSON.parse(text) as Ready;
    expect([status, ready]).to.deep.equal([200, true]);
    expect(checks.map(({ name }) => name)).to.include.members([
      'gateway',
      'write side',
      'outbox',
      'unproven',
      'ledger',
      'clock',
      'disk',
      'identities',
    ]);
    expect(checks.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect((await place.ask('/healthz')).text).to.equal('{"alive":true}');
  });

  it('shows status, doctor and metrics to those who may see them alone', async () => {
    gateway = await place.open();
    for (const path of ['/v1/status', '/v1/doctor', '/metrics']) {
      const refused = await place.ask(path);
      expect([refused.status, JSON.parse(refused.text).code], path).to.deep.equal([
        401,
        'UNAUTHENTICATED',
      ]);
    }
    const status = JSON.parse((await place.askAsOperator('/v1/status')).text);
    expect(status).to.include({
      state: 'running',
      ledger: 'embedded',
      version: '9.9.9',
      waiting: 0,
    });
    const { findings } = JSON.parse((await place.askAsOperator('/v1/doctor')).text) as {
      findings: { check: string; status: string }[];
    };
    expect(findings.map(({ check }) => check)).to.include.members(['store', 'disk', 'outbox']);
    expect(findings.filter((one) => one.status !== 'ok')).to.deep.equal([]);
  });

  it('counts requests by template and refused logins by reason, on its local listener for anybody here', async () => {
    gateway = await place.open();
    await place.ask('/v1/records/P1001%2Fx');
    await place.ask('/healthz');
    await place.ask('/v1/status', { headers: { authorization: 'Basic cDEwMDE=' } });
    const requests = (route: string, status: number) =>
      place.figure(
        `chartseal_http_requests_total{listener="people",route="${route}",method="GET",status="${status}"}`,
      );
    expect(await requests('/healthz', 200)).to.equal(1);
    const reason = 'the header Authorization is no bearer token';
    expect(await place.figure(`chartseal_refused_logins_total{reason="${reason}"}`)).to.equal(1);
    expect(await place.figure('chartseal_ready')).to.equal(1);
    expect(await place.figure('chartseal_log_stopped{code="none"}')).to.equal(0);
    expect(place.lines.join()).to.not.include('P1001');
  });

  it('leads commands beside it to itself while it listens, and to nobody afterwards', async () => {
    gateway = await place.open();
    const found = await findGateway(place.data);
    expect(found).to.include({ pid: process.pid, url: place.url('local', '/').origin });
    expect(statSync(join(place.data, 'run', 'gateway.json')).mode & 0o777).to.equal(0o600);
    await gateway.close();
    expect(existsSync(join(place.data, 'run', 'gateway.json'))).to.equal(false);
  });

  it('ends in order when its address cannot be removed, and its log says so', async () => {
    gateway = await place.open();
    const path = join(place.data, 'run', 'gateway.json');
    rmSync(path);
    mkdirSync(path);
    await gateway.close();
    const [left] = place.events('run-file-left');
    expect(left).to.have.nested.property('error.code', 'FILE_UNWRITABLE');
    expect(place.events('ended')).to.have.length(1);
    rmSync(path, { recursive: true });
  });

  if (canMountTmpfs()) {
    it('does not begin where there is no room for its address, and leaves nothing open', async () => {
      const run = join(place.data, 'run');
      // Room for the id of the process, and for nothing else.
      expect(mountTmpfs(run, 'nr_inodes=2,mode=700')).to.equal(true);
      try {
        await expectCodeAsync(() => place.open(), 'FILE_UNWRITABLE');
      } finally {
        spawnSync('umount', [run]);
      }
      gateway = await place.open();
      expect((await place.ask('/healthz')).status).to.equal(200);
    });
  }

  it('tells an address that this machine has not from a port that is taken', async () => {
    // An address for examples, which no machine has.
    const open = () =>
      HttpListener.open(express(), { host: '192.0.2.7', port: 0, maxConnections: 1 });
    await expectCodeAsync(open, 'LISTEN_FAILED');
    await open().catch(({ message }: Error) =>
      expect(message).to.match(/that is no address of this machine \(EADDRNOTAVAIL\)$/),
    );
  });

  it('leaves nothing open when a port is taken, and names it', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const open = () => place.open({ CHARTSEAL_PEOPLE_PORT: String(port) });
    await expectCodeAsync(open, 'PORT_TAKEN');
    other.close();
    await once(other, 'close');
    expect(await findGateway(place.data)).to.equal(undefined);
    // Store and ledger are free again.
    gateway = await open();
    expect((await place.ask('/healthz')).status).to.equal(200);
  });

  it('takes the data folder for itself alone', async () => {
    gateway = await place.open();
    const second = new GatewayPlace();
    const open = () =>
      second.open({}, { data: place.data, environment: { CHARTSEAL_PEOPLE_PORT: '0' } });
    await expectCodeAsync(open, 'STORE_LOCKED');
    await second.remove();
    expect((await place.ask('/readyz')).status).to.equal(200);
  });

  it('refuses to begin without a data folder', async () => {
    const empty = new GatewayPlace();
    await expectCodeAsync(() => empty.open(), 'NO_DATA');
    await empty.remove();
  });
});
