import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { ApiPlace } from '../support/api-place.js';
import type { JsonRow } from '../support/cli.js';
import { HttpMirrorPlace } from '../support/http-mirror-place.js';
import { AUDITOR, get, grow } from '../support/log-place.js';
import { issueTlsCertificate, newTlsAuthority } from '../support/tls-certificates.js';

const PROGRAM = join(process.cwd(), 'cli', 'chartseal.mjs');

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'log', 'mirror', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The servers are in this process, so nothing here may block it. */
async function run(...args: readonly string[]) {
  const child = start(...args);
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (piece) => {
    text.stdout += piece;
  });
  child.stderr?.on('data', (piece) => {
    text.stderr += piece;
  });
  const [status] = await once(child, 'close');
  const lines = text.stdout.split('\n').filter((line) => line.startsWith('{'));
  return { status, ...text, rows: lines.map((line) => JSON.parse(line) as JsonRow) };
}

describe('log mirror --url', function () {
  this.timeout(60_000);

  describe('on a gateway', () => {
    let place: ApiPlace;
    let url: string;
    const path = (name: string) => join(place.folder, name);
    before(async () => {
      place = await ApiPlace.open();
      url = `${place.url}/v1/log`;
      await grow(place, 300);
      writeFileSync(path('trust.json'), place.hospital.trustFile());
      writeFileSync(path('token'), `${place.token(AUDITOR)}\n`);
      writeFileSync(path('weak'), place.token({ sub: 'x', roles: ['source-system'] }));
    });
    after(() => place.close());

    const trust = () => ['--url', url, '--trust', path('trust.json')];
    const token = () => ['--token-file', path('token')];

    it('verifies every leaf and map root, by a trust file or by a key', async () => {
      const { size } = place.hospital.log;
      const first = await run(...trust(), ...token(), '--to', path('m1'), '--json');
      expect(first.status, first.stderr).to.equal(0);
      const { logId, registration } = place.hospital.context;
      const [row, end] = first.rows;
      expect(row).to.deep.include({ origin: registration.origin, logId });
      expect(row?.['leaves']).to.include({ given: true, size, missing: 0 });
      expect(row?.['hashes']).to.include({ size });
      expect(end).to.deep.equal({ summary: { logs: 1, ahead: [] } });
      await grow(place, 5);
      const vkey = (await get(place, 'vkey')).body.toString().trimEnd();
      const second = await run('--url', url, '--vkey', vkey, ...token(), '--to', path('m1'));
      expect(second.status, second.stderr).to.equal(0);
      expect(second.stdout).to.include(`leaves  to size ${place.hospital.log.size}, `);
      expect(second.stdout).to.include('every map root recomputed');
    });

    it('raises the alarm when leaves are refused, and says when nobody is asked for', async () => {
      const weak = ['--token-file', path('weak'), '--to', path('m2'), '--json'];
      const refused = await run(...trust(), ...weak);
      expect(refused.status).to.equal(1);
      expect(refused.rows.at(-1)?.['alarm']).to.include({ code: 'LEAVES_WITHHELD', index: 0 });
      const unknown = await run(...trust(), '--to', path('m2'));
      expect(unknown.status).to.equal(2);
      expect(unknown.stderr).to.match(/^error: UNAUTHENTICATED .*\nhint: /);
    });

    it('wants one source and one root of belief, and flags of its own kind', async () => {
      const to = ['--to', path('m3')];
      const pair = ['--certificate', path('token')];
      for (const args of [
        ['--url', url],
        ['--url', url, '--vkey', 'nonsense'],
        [...trust(), '--vkey', 'x'],
        [...trust(), '--profile', 'p.json'],
        [...trust(), '--leaves', 'l.jsonl'],
        [...trust(), '--log', 'other.example/log'],
        [...trust(), ...pair],
        ['--profile', 'p.json', ...token()],
        ['--url', 'http://hospital.example/v1/log', '--trust', path('trust.json')],
        [],
      ]) {
        const { status, stderr } = await run(...args, ...to);
        expect([status, stderr.split(' ')[1]], args.join(' ')).to.deep.equal([64, 'USAGE']);
      }
    });
  });

  describe('on a log of its own', () => {
    let place: HttpMirrorPlace;
    beforeEach(async () => {
      place = await HttpMirrorPlace.create();
    });
    afterEach(() => place.remove());

    const args = (url = place.log.url) => [
      ...['--url', url, '--vkey', place.log.verifierKey],
      ...['--to', join(place.folder, 'm')],
    ];

    it('shows both checkpoints of a log that forked', async () => {
      expect((await run(...args())).status).to.equal(0);
      const before = place.log.checkpoint();
      place.fork(300, 200);
      const { status, stdout } = await run(...args());
      expect(status).to.equal(1);
      expect(stdout).to.match(/^ALARM {2}LOG_FORKED: /);
      expect(stdout).to.include(before).and.to.include(place.log.checkpoint());
    });

    it('says that it begins, and does not begin anew where its database is gone', async () => {
      const [first, second] = [await run(...args()), await run(...args(), '--json')];
      expect(first.stderr).to.match(/^a new mirror begins in [^\n]+\n$/);
      expect([first.status, second.status, second.stderr]).to.deep.equal([0, 0, '']);
      rmSync(join(place.folder, 'm', 'db'), { recursive: true });
      place.fork(300, 200);
      const lost = await run(...args());
      expect(lost.status).to.equal(2);
      expect(lost.stderr).to.match(/^error: MIRROR_CORRUPT [^\n]+\nhint: Keep this folder: /);
    });

    it('loses nothing that it verified when it is killed, whatever it waited for', async () => {
      const { log } = place;
      for (const asked of [/^checkpoint$/, /^tile\/0\/00[0-9]/, /^tile\/entries\/001/, /^$/]) {
        // Its answer never comes: it is killed while it waits.
        const waits = new Promise<void>((resolve) => {
          log.answer = (path) => {
            if (!asked.test(path)) return false;
            resolve();
            return true;
          };
        });
        const child = start(...args(), '--follow', '--json');
        const closed = once(child, 'close');
        await Promise.race([waits, once(child.stdout as NodeJS.ReadableStream, 'data')]);
        child.kill('SIGKILL');
        await closed;
      }
      log.answer = () => false;
      log.append(400);
      const before = log.asked.length;
      const { rows } = await run(...args(), '--json');
      expect(rows[0]?.['leaves']).to.include({ size: 903, appends: 3, missing: 0 });
      expect(log.asked.slice(before)).to.not.include('tile/entries/000');
    });

    it('shows its certificate, and believes no server of another authority', async () => {
      const authority = await newTlsAuthority('Test CA');
      const issue = (commonName: string, addresses: readonly string[]) =>
        issueTlsCertificate(authority, { commonNames: [commonName], addresses });
      const own = await issue('server', ['127.0.0.1']);
      const auditor = await issue('auditor', []);
      const server = createServer(
        {
          ...{ cert: own.certificatePem, key: own.keyPem, ca: authority.certificatePem },
          ...{ requestCert: true, rejectUnauthorized: true },
        },
        (request, response) => {
          const bytes = place.log.bytesOf((request.url ?? '').slice(1));
          response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
        },
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const files = { ca: authority.certificatePem, cert: auditor.certificatePem };
      const file = (name: string) => join(place.folder, name);
      for (const [name, text] of Object.entries({ ...files, key: auditor.keyPem })) {
        writeFileSync(file(name), text);
      }
      try {
        const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const shown = ['--certificate', file('cert'), '--key', file('key')];
        const good = await run(...args(url), ...shown, '--authority', file('ca'));
        expect(good.status, good.stderr).to.equal(0);
        const foreign = await run(...args(url), ...shown);
        expect(foreign.status).to.equal(2);
        expect(foreign.stderr).to.match(/^error: GATEWAY_UNREACHABLE .+ --authority names /);
        const bare = await run(...args(url), '--authority', file('ca'));
        expect(bare.stderr).to.match(
          /^error: GATEWAY_UNREACHABLE .+ give --certificate and --key\n/,
        );
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  });
});
