import { createContext, runInContext } from 'node:vm';
import { expect } from 'chai';
import { docsPage } from '../../gateway/http/docs/page.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { ApiPlace } from '../support/api-place.js';
import { operationsOf } from '../support/openapi-requests.js';
import { type Received, send } from '../support/send.js';

const TOKEN = 'token-that-stands-nowhere';

interface Stub {
  readonly name: string;
  value: string;
  textContent: string;
  hidden: boolean;
}

describe('the page that shows the API', () => {
  let place: ApiPlace;
  let page: Received;
  let script: Received;
  let document: JsonSchema;
  const get = (target: string) => send(place.url, { method: 'GET', target });

  before(async () => {
    place = await ApiPlace.open();
    page = await get('/docs');
    script = await get('/docs/docs.js');
    document = JSON.parse((await get('/v1/openapi.json')).body.toString());
  });
  after(() => place.close());

  const matches = (pattern: RegExp) => [...page.body.toString().matchAll(pattern)];

  it('needs nothing but its own style and script, and runs nothing else', async () => {
    const policy = String(page.headers['content-security-policy']);
    expect(policy).to.include("default-src 'none'");
    expect(policy).to.not.include('unsafe');
    expect(matches(/<script(?! src="\/docs\/docs\.js" defer><\/script>)/g)).to.deep.equal([]);
    expect(matches(/<style|\sstyle=|\son\w+=/g)).to.deep.equal([]);
    // Codes of FHIR are written as addresses: as texts they lead nowhere.
    expect(matches(/<[^>]*=\s*["']?[^"'>]*\/\/[^>]*>/g)).to.deep.equal([]);
    const style = await get('/docs/docs.css');
    expect(style.headers['content-type']).to.equal('text/css; charset=utf-8');
    expect(script.headers['content-type']).to.equal('text/javascript; charset=utf-8');
    expect(script.body.toString()).to.not.match(/sourceMappingURL|localStorage|cookie/);
  });

  it('shows every operation, parameter and schema', () => {
    const ids = matches(/ id="([^"]+)"/g).map(([, id]) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { id, parameters } of operationsOf(document)) {
      expect(ids).to.include(id);
      for (const { name } of parameters) expect(page.body.toString()).to.include(`name="${name}"`);
    }
    const targets = matches(/href="#([^"]+)"/g).map(([, id]) => id);
    expect(ids).to.include.members(targets);
  });

  it('labels every field, and is in a language with a title', () => {
    expect(matches(/<html lang="en">/g).length).to.equal(1);
    expect(matches(/<meta name="viewport"/g).length).to.equal(1);
    const fields = matches(/<(input|select|textarea)\b/g);
    const labelled = matches(/<label[^>]*>[^<]+<(input|select|textarea)\b/g);
    expect(labelled.length).to.equal(fields.length);
  });

  it('shows texts of the document as texts, whatever they hold', () => {
    const text = '<img src=x onerror=alert(1)>"\'&';
    const hostile = JSON.parse(JSON.stringify(document).replaceAll('Chartseal', () => 'ZQX'));
    const shown = docsPage({ ...hostile, info: { title: text, version: text, description: text } });
    expect(shown).to.not.include('<img');
    expect(shown).to.include('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });

  describe('by its script', () => {
    const stub = (name: string, value = ''): Stub => ({
      name,
      value,
      textContent: '',
      hidden: true,
    });

    /** As much of a browser as the script looks at: one form, a token, the network. */
    async function submit(
      path: string,
      query: Record<string, string>,
      token: string,
      named: readonly object[] = [],
    ) {
      const shown = { curl: stub('curl'), status: stub('status'), answer: stub('answer') };
      let act: (event: { preventDefault(): void }) => void = () => undefined;
      const fields = Object.entries(query).map(([name, value]) => stub(name, value));
      const form = {
        dataset: { method: 'GET', path },
        querySelector: (selector: string) =>
          shown[/data-role="(\w+)"/.exec(selector)?.[1] as keyof typeof shown] ?? null,
        querySelectorAll: (selector: string) => {
          if (selector.includes('path')) return named;
          return selector.includes('query') ? fields : [];
        },
        addEventListener: (_name: string, added: typeof act) => {
          act = added;
        },
      };
      const asked: { url: string; headers: Record<string, string> }[] = [];
      let done: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => {
        done = resolve;
      });
      const browser = createContext({
        document: { querySelector: () => stub('token', token), querySelectorAll: () => [form] },
        location: { origin: place.url },
        fetch: async (url: string, options: { headers: Record<string, string> }) => {
          asked.push({ url, headers: options.headers });
          const answer = await fetch(url, options);
          const text = async () => {
            // The script shows the text when its own turn comes.
            setImmediate(done);
            return whole;
          };
          const whole = await answer.text();
          const { status, statusText, headers } = answer;
          return { status, statusText, headers, text };
        },
      });
      runInContext(script.body.toString(), browser);
      act({ preventDefault: () => undefined });
      await answered;
      return { shown, asked: asked[0] };
    }

    it('sends what the form asks for, and shows the answer and the curl command', async () => {
      const { shown, asked } = await submit('/v1/log/consistency', { from: "1'x" }, TOKEN);
      expect(asked?.url).to.equal(`${place.url}/v1/log/consistency?from=1'x`);
      expect(asked?.headers['Authorization']).to.equal(`Bearer ${TOKEN}`);
      expect(shown.status.textContent).to.match(/^401 /);
      expect(shown.answer.textContent).to.include('UNAUTHENTICATED');
      expect(shown.curl.textContent).to.include("?from=1'\\''x'");
      expect(shown.curl.textContent).to.include('-H "Authorization: Bearer $TOKEN"');
      expect(JSON.stringify(shown)).to.not.include(TOKEN);
    });

    it('sends the slashes of a tile as slashes, and those of another name encoded', async () => {
      const slashes = matches(/<input name="(\w+)" data-in="path" data-slashes="kept"/g);
      expect(slashes.map(([, name]) => name)).to.deep.equal(['tile', 'tile']);
      const tile = { name: 'tile', value: '0/x001/0 0', dataset: { slashes: 'kept' } };
      const kept = await submit('/v1/log/tile/{tile}', {}, '', [tile]);
      expect(kept.asked?.url).to.equal(`${place.url}/v1/log/tile/0/x001/0%200`);
      const id = { name: 'id', value: 'a/b', dataset: {} };
      const encoded = await submit('/v1/records/{id}', {}, '', [id]);
      expect(encoded.asked?.url).to.equal(`${place.url}/v1/records/a%2Fb`);
    });

    it('sends no credentials when none are given', async () => {
      const { shown, asked } = await submit('/v1/openapi.json', {}, '');
      expect(asked?.headers).to.not.have.property('Authorization');
      expect(shown.status.textContent).to.match(/^200 /);
      expect(shown.curl.textContent).to.not.include('Authorization');
    });
  });
});
