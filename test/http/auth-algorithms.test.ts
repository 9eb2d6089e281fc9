import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { DEFAULT_ALGORITHMS } from '../../gateway/http/auth/auth-config.js';
import { jwk, TokenPlace } from '../support/token-place.js';

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

/** A pair of the kind that an algorithm signs with. */
const PAIRS: Readonly<Record<string, () => Pair>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
  Ed25519: () => generateKeyPairSync('ed25519'),
};
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('a token is signed', () => {
  const place = new TokenPlace();
  const pairs = new Map<string, Pair>(
    DEFAULT_ALGORITHMS.map((algorithm) => [algorithm, PAIRS[algorithm]?.() ?? rsa]),
  );
  const signed = (alg: string, key = pairs.get(alg)?.privateKey as KeyObject) =>
    new SignJWT(place.claims({ scope: 'clerk' }))
      .setProtectedHeader({ alg, typ: 'at+jwt', kid: alg })
      .sign(key);

  before(async () => {
    await place.start();
    place.keys.answers['/ours'] = {
      keys: [...pairs].map(([kid, { publicKey }]) => ({ ...jwk(publicKey, kid), alg: kid })),
    };
  });
  after(() => place.stop());
  beforeEach(() => place.reset());

  for (const algorithm of DEFAULT_ALGORITHMS) {
    it(`with ${algorithm}, by the key of its issuer and by no other one`, async () => {
      const caller = await place.send(await signed(algorithm));
      expect(caller?.roles).to.deep.equal(['archivist']);
      const other = PAIRS[algorithm]?.() ?? generateKeyPairSync('rsa', { modulusLength: 2048 });
      const forged = await signed(algorithm, other.privateKey);
      await place.expectRefused(forged, /signature is wrong/);
    });
  }

  it('with none that the configuration leaves out', async () => {
    const config = place.config();
    const [own, ...others] = config.issuers;
    if (own === undefined) throw new Error('no issuer');
    place.reset({ ...config, issuers: [{ ...own, algorithms: ['EdDSA', 'PS256'] }, ...others] });
    for (const allowed of ['EdDSA', 'PS256']) {
      expect((await place.send(await signed(allowed)))?.roles).to.deep.equal(['archivist']);
    }
    for (const left of ['ES256', 'ES384', 'RS256', 'PS384']) {
      await place.expectRefused(await signed(left), /algorithm is not allowed/);
    }
  });
});
