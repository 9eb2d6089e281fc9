import { expect } from 'chai';
import { GatewayPlace } from '../support/gateway-place.js';
import { ask } from '../support/loopback-request.js';

const PAGES = ['/', '/patient', '/archivist', '/auditor', '/verify'];

describe('the pages of a gateway', () => {
  let place: GatewayPlace;
  before(async () => {
    place = await GatewayPlace.create();
    await place.open();
  });
  after(() => place.remove());

  it('are there for everybody, with a policy that lets in nothing from elsewhere', async () => {
    for (const path of PAGES) {
      const { status, headers, text } = await place.ask(path);
      expect(status, path).to.equal(200);
      expect(headers['content-type']).to.equal('text/html; charset=utf-8');
      expect(headers['cache-control']).to.equal('no-cache');
      const policy = String(headers['content-security-policy']);
      expect(policy, path).to.match(/^default-src 'none'; script-src /);
      expect(policy).to.include("frame-ancestors 'none'").and.include("base-uri 'none'");
      expect(policy).to.not.match(/https?:|unsafe|\*/);
      expect(headers['x-content-type-options']).to.equal('nosniff');
      expect(text).to.not.match(/(?:src|href)="https?:/);
    }
  });

  it('have files whose names change with what is in them', async () => {
    const { text } = await place.ask('/patient');
    const names = [...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name);
    expect(names).to.have.length.above(1);
    for (const name of names) {
      const { status, headers } = await place.ask(`/${name}`);
      expect(status, name).to.equal(200);
      expect(headers['cache-control']).to.equal('public, max-age=31536000, immutable');
      expect(headers['content-type']).to.match(/^text\/(?:css|javascript); charset=utf-8$/);
    }
  });

  it('let nobody out of their folder', async () => {
    for (const name of [
      '../pages.json',
      '..%2fpages.json',
      '%2e%2e/pages.json',
      '..\\pages.json',
      '%00',
      'x',
      '../../../package.json',
    ]) {
      const { status, text } = await place.ask(`/assets/${name}`);
      expect(status, name).to.be.oneOf([400, 404]);
      expect(text).to.include('"code":');
    }
    for (const path of ['/pages.json', '/patient.html', '/Patient', '/patient/']) {
      expect((await place.ask(path)).status, path).to.equal(404);
    }
  });

  it('can be taken along: the verify page as one file', async () => {
    const { status, headers, text } = await place.ask('/verify.html');
    expect(status).to.equal(200);
    expect(headers['content-disposition']).to.equal('attachment; filename="verify.html"');
    expect(text).to.match(/<meta http-equiv="Content-Security-Policy"/);
    expect(text).to.equal((await place.ask('/verify')).text);
  });

  it('are named by the session, as many as there are', async () => {
    const { text } = await place.ask('/v1/session');
    const { pages } = JSON.parse(text) as { pages: string[] };
    expect(pages).to.include.members(PAGES);
    for (const path of pages) expect((await place.ask(path)).status, path).to.equal(200);
  });

  it('are what a person at a wrong address is shown, and nobody else', async () => {
    const navigate = { 'Sec-Fetch-Mode': 'navigate' };
    for (const path of ['/patients', '/patient/', '/v1/nothing?name=Smith']) {
      const { status, headers } = await place.ask(path, { headers: navigate });
      expect([status, headers['location']], path).to.deep.equal([303, '/?refused=NO_ROUTE']);
      for (const others of [{ 'Sec-Fetch-Mode': 'cors' }, {}]) {
        const { status, text } = await place.ask(path, { headers: others });
        expect([status, JSON.parse(text).code], path).to.deep.equal([404, 'NO_ROUTE']);
      }
    }
    const post = await place.ask('/patients', { headers: navigate, body: 'a' });
    expect(post.status).to.equal(404);
    const { status } = await ask(place.url('local', '/patients'), { headers: navigate });
    expect(status).to.equal(404);
  });

  it('are on the listener of people alone', async () => {
    for (const path of [...PAGES, '/verify.html', '/login', '/login/callback']) {
      const { status, text } = await ask(place.url('local', path));
      expect([status, JSON.parse(text).code], path).to.deep.equal([404, 'NO_ROUTE']);
    }
  });
});
