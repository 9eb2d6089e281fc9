import { generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { ISSUER_ANSWER_MS } from '../../gateway/http/auth/auth-limits.js';
import { Authenticator } from '../../gateway/http/auth/authenticator.js';
import { expectCodeAsync } from '../support/expect-code.js';
import { KeyServer } from '../support/key-server.js';
import { signToken } from '../support/tokens.js';

const DISCOVERY = '/.well-known/openid-configuration';

describe('the keys of an issuer', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one' };
  let server: KeyServer;
  let now: number;
  let authenticator: Authenticator;

  beforeEach(async () => {
    server = await KeyServer.start();
    server.answers[DISCOVERY] = { issuer: server.address, jwks_uri: `${server.address}/keys` };
    server.answers['/keys'] = { keys: [jwk] };
    now = Date.now();
    authenticator = create();
  });
  afterEach(() => server.stop());

  function create(): Authenticator {
    const issuer = {
      issuer: server.address,
      audience: 'chartseal',
      organisation: 'HospitalMSP',
      rolesClaims: ['scope'],
      roles: { archive: 'archivist' as const },
    };
    const config = { ownOrganisation: 'HospitalMSP', issuers: [issuer], systems: [] };
    return Authenticator.create(config, { now: () => now });
  }

  const token = (kid: string | undefined = 'one') => {
    const seconds = Math.floor(now / 1000);
    const payload = { iss: server.address, aud: 'chartseal', sub: 'anna', exp: seconds + 600 };
    return signToken({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) }, payload, privateKey);
  };
  const send = (sent = token()) =>
    authenticator.authenticate({
      authorization: `Bearer ${sent}`,
      certificate: undefined,
      listener: 'people',
    });

  async function expectUnreachable(why: RegExp): Promise<void> {
    authenticator = create();
    await expectCodeAsync(() => send(), 'IDENTITY_PROVIDER_UNREACHABLE');
    expect(authenticator.issuers()[0]?.failure).to.match(why);
  }

  it('are found through the discovery document', async () => {
    expect((await send())?.id).to.equal('anna');
    expect(server.asked).to.deep.equal([DISCOVERY, '/keys']);
  });

  it('are not taken from a document of another issuer, or from anywhere unsafe', async () => {
    const keysAt = `${server.address}/keys`;
    const documents: readonly [unknown, RegExp][] = [
      [{ issuer: 'https://evil.test', jwks_uri: keysAt }, /another issuer/],
      [{ issuer: `${server.address}/`, jwks_uri: keysAt }, /another issuer/],
      [{ issuer: server.address }, /no jwks_uri/],
      [{ issuer: server.address, jwks_uri: 5 }, /no jwks_uri/],
      [{ issuer: server.address, jwks_uri: 'http://keys.test/keys' }, /must be https/],
      [{ issuer: server.address, jwks_uri: 'file:///etc/passwd' }, /must be https/],
      [{ issuer: server.address, jwks_uri: 'keys' }, /must be a URL/],
      [[], /no JSON object/],
      [undefined, /status 404/],
    ];
    for (const [document, why] of documents) {
      server.answers[DISCOVERY] = document;
      await expectUnreachable(why);
    }
    expect(server.asked).to.not.include('/keys');
  });

  it('are not sought where a redirect leads', async () => {
    server.answers['/elsewhere'] = { keys: [jwk] };
    for (const status of [301, 302, 307, 308]) {
      server.answers['/keys'] = (response: ServerResponse) =>
        response.writeHead(status, { location: '/elsewhere' }).end();
      await expectUnreachable(new RegExp(`status ${status}`));
    }
    expect(server.asked).to.not.include('/elsewhere');
  });

  it('are not taken from an answer that is too long, cut, or something else', async () => {
    const answers: readonly [unknown, RegExp][] = [
      [(response: ServerResponse) => response.end('<html>'), /no JSON object/],
      [(response: ServerResponse) => response.end('{"keys":['), /no JSON object/],
      [(response: ServerResponse) => response.end('{"keys":[],"keys":[]}'), /no JSON object/],
      [(response: ServerResponse) => response.writeHead(500).end(), /status 500/],
      [(response: ServerResponse) => response.end(Buffer.alloc(300_000, 32)), /more than 262144/],
      [(response: ServerResponse) => response.destroy(), /hang up|ECONNRESET/],
      [
        (response: ServerResponse) => {
          response.writeHead(200, { 'content-length': 100 });
          response.write('{', () => response.destroy());
        },
        /aborted|ECONNRESET/,
      ],
      [{ keys: 'none' }, /no list/],
      [{ keys: Array(101).fill(jwk) }, /no list/],
      [{ keys: ['text'] }, /malformed/],
    ];
    for (const [answer, why] of answers) {
      server.answers['/keys'] = answer;
      await expectUnreachable(why);
    }
  });

  it('are not waited for without end', async function () {
    this.timeout(ISSUER_ANSWER_MS * 4);
    server.answers['/keys'] = (response: ServerResponse) => response.write('{');
    await expectUnreachable(/timeout|abort/i);
  });

  it('that cannot be used refuse the token and no more', async () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const seconds = Math.floor(now / 1000);
    const payload = { iss: server.address, aud: 'chartseal', sub: 'anna', exp: seconds + 600 };
    server.answers['/keys'] = {
      keys: [
        { ...small.publicKey.export({ format: 'jwk' }), kid: 'small' },
        { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'broken' },
        { kty: 'oct', k: 'AAAA', kid: 'secret' },
        { ...privateKey.export({ format: 'jwk' }), kid: 'private' },
        jwk,
      ],
    };
    const weak = signToken({ alg: 'RS256', kid: 'small' }, payload, small.privateKey);
    for (const sent of [weak, token('broken'), token('secret'), token('private')]) {
      await expectCodeAsync(() => send(sent), 'UNAUTHENTICATED');
    }
    expect((await send())?.id).to.equal('anna');
  });

  it('must be named when there are several', async () => {
    const unnamed = token(undefined).split('.').slice(1);
    const header = Buffer.from('{"alg":"ES256"}').toString('base64url');
    expect(unnamed.length).to.equal(2);
    server.answers['/keys'] = { keys: [jwk, { ...jwk, kid: 'two' }] };
    await expectCodeAsync(() => send([header, ...unnamed].join('.')), 'UNAUTHENTICATED');
  });

  it('are asked for at most every ten seconds, however many are invented', async () => {
    await send();
    for (let at = 0; at < 100; at++) {
      await expectCodeAsync(() => send(token(`invented ${at}`)), 'UNAUTHENTICATED');
    }
    expect(server.asked.filter((path) => path === '/keys').length).to.equal(1);
    now += 10_001;
    const sent = Array.from({ length: 100 }, (_, at) => token(`invented again ${at}`));
    await Promise.all(sent.map((each) => expectCodeAsync(() => send(each), 'UNAUTHENTICATED')));
    expect(server.asked.filter((path) => path === '/keys').length).to.equal(2);
  });

  it('that are not known are nobody’s fault while the issuer is away', async () => {
    await send();
    server.answers['/keys'] = undefined;
    now += 10_001;
    const sent = token('new');
    await expectCodeAsync(() => send(sent), 'IDENTITY_PROVIDER_UNREACHABLE');
    expect((await send())?.id).to.equal('anna');
  });

  it('do not hold up those who can be checked while the issuer is away', async () => {
    await send();
    server.answers['/keys'] = undefined;
    now += 10 * 60_000;
    expect((await send())?.id).to.equal('anna');
    expect(authenticator.issuers()[0]?.failure).to.match(/status 404/);
    // The second question is never answered, and nobody waits for it.
    const waiting: ServerResponse[] = [];
    server.answers['/keys'] = (response: ServerResponse) => waiting.push(response);
    now += 10_001;
    expect((await send(token()))?.id).to.equal('anna');
  });
});
