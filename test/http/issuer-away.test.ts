import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { GatewayPlace } from '../support/gateway-place.js';
import { OddProvider } from '../support/odd-provider.js';
import { signToken } from '../support/tokens.js';

const LIMIT = 3;

describe('tokens of an issuer that is away', () => {
  let place: GatewayPlace;
  let issuer: string;

  before(async () => {
    const odd = await OddProvider.start();
    ({ issuer } = odd);
    await odd.stop();
    place = await GatewayPlace.create();
    const config = {
      people: { port: 0 },
      auth: {
        issuers: [
          {
            issuer,
            audience: 'chartseal',
            organisation: 'HospitalMSP',
            rolesClaims: ['roles'],
            roles: { archivist: 'archivist' },
          },
        ],
      },
    };
    writeFileSync(place.path('gateway.json'), JSON.stringify(config));
    const environment = { CHARTSEAL_LIMIT_REFUSED_LOGINS_PER_MINUTE: String(LIMIT) };
    await place.open(environment, { file: place.path('gateway.json') });
  });
  after(() => place.remove());

  const askWith = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const { status, text } = await place.ask('/v1/archive', { headers });
    return [status, JSON.parse(text).code];
  };

  it('are never called too many refused logins: nobody refused them', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const exp = Math.floor(Date.now() / 1000) + 300;
    const claims = { iss: issuer, aud: 'chartseal', sub: 'anna', exp };
    const token = signToken({ alg: 'ES256', kid: 'odd' }, claims, privateKey);
    for (let at = 0; at < LIMIT + 2; at++) {
      expect(await askWith(token)).to.deep.equal([503, 'IDENTITY_PROVIDER_UNREACHABLE']);
    }
    for (let at = 0; at < LIMIT; at++) {
      expect(await askWith('x.y.z')).to.deep.equal([401, 'UNAUTHENTICATED']);
    }
    expect(await askWith('x.y.z')).to.deep.equal([429, 'RATE_LIMITED']);
  });
});
