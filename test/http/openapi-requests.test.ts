import { expect } from 'chai';
import fc from 'fast-check';
import { ROLES } from '../../gateway/http/caller.js';
import type { JsonSchema } from '../../gateway/http/json-schema.js';
import { ApiPlace } from '../support/api-place.js';
import { Documented } from '../support/documented.js';
import {
  type ApiOperation,
  hostileRequests,
  oddTargets,
  operationsOf,
  resolverOf,
  type Sent,
  validRequests,
} from '../support/openapi-requests.js';
import { SEED } from '../support/seeded.js';
import { type Received, send } from '../support/send.js';

const PATIENT = { system: 'urn:test', value: 'P-1' };
/** What the document says is all there is to know; these say that a request is not understood. */
const MISUNDERSTOOD = [400, 405, 408, 413, 415, 431];
const ODD_METHODS = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'];

describe(`requests made from the OpenAPI document (seed ${SEED})`, () => {
  let place: ApiPlace;
  let document: JsonSchema;
  let documented: Documented;
  let operations: ApiOperation[];
  let token: string;

  before(async () => {
    place = await ApiPlace.open();
    const answer = await send(place.url, { method: 'GET', target: '/v1/openapi.json' });
    document = JSON.parse(answer.body.toString());
    documented = new Documented(document);
    operations = operationsOf(document);
    token = place.token({ sub: 'everybody', roles: ROLES, patient: PATIENT });
    expect(operations.length).to.be.above(10);
  });
  afterEach(() => expect(place.failures.splice(0)).to.deep.equal([]));
  after(() => place.close());

  const sendAs = (sent: Omit<Sent, 'what'>, bearer: string | undefined): Promise<Received> => {
    const credentials = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
    return send(place.url, { ...sent, headers: { ...sent.headers, ...credentials } });
  };

  /** Each operation in turn: names come from the document, which is read when tests run. */
  async function forEach(
    requests: (operation: ApiOperation) => fc.Arbitrary<Sent>,
    judge: (operation: ApiOperation, sent: Sent, answer: Received) => void,
    numRuns: number,
  ): Promise<void> {
    for (const operation of operations) {
      const property = fc.asyncProperty(requests(operation), async (sent) => {
        const answer = await sendAs(sent, token);
        const asked = `${sent.method} ${sent.target} (${sent.what})`;
        try {
          documented.check(operation, answer);
          judge(operation, sent, answer);
        } catch (error) {
          const said = answer.body.toString().slice(0, 300);
          throw new Error(`${asked}: ${answer.status} ${said}`, { cause: error });
        }
      });
      await fc.assert(property, { seed: SEED, numRuns });
    }
  }

  it('are understood and answered as described when they are as described', async () => {
    const resolve = resolverOf(document);
    await forEach(
      (operation) => validRequests(operation, resolve),
      (_operation, _sent, { status, body }) => {
        expect(status).to.be.below(500);
        // Understood: the bytes are not those of the digest beside them.
        if (body.includes('"DIGEST_MISMATCH"')) return;
        expect(MISUNDERSTOOD).to.not.include(status);
      },
      25,
    );
  });

  it('are refused as described when one thing in them is wrong', async () => {
    const resolve = resolverOf(document);
    const { accepted } = place.hospital.sequencer.counts;
    await forEach(
      (operation) => hostileRequests(operation, resolve),
      (_operation, _sent, { status }) => expect(status).to.be.within(400, 499),
      60,
    );
    expect(place.hospital.sequencer.counts.accepted, 'entries').to.equal(accepted);
  });

  it('are refused without credentials wherever the document asks for some', async () => {
    const resolve = resolverOf(document);
    const closed = operations.filter(({ isOpen }) => !isOpen);
    for (const operation of closed) {
      for (const sent of fc.sample(validRequests(operation, resolve), { seed: SEED, numRuns: 3 })) {
        for (const bearer of [undefined, 'a.b.c', '']) {
          const answer = await sendAs(sent, bearer);
          expect(answer.status, operation.id).to.equal(401);
          documented.check(operation, answer);
        }
      }
    }
  });

  it('are refused with 405 and Allow for methods that a path does not know', async () => {
    const methods = new Map<string, string[]>();
    for (const { path, method } of operations) {
      methods.set(path, [...(methods.get(path) ?? []), method]);
    }
    for (const [path, known] of methods) {
      const target = path.replaceAll(/\{\w+\}/g, '0');
      for (const method of [...ODD_METHODS, 'GET', 'POST'].filter((one) => !known.includes(one))) {
        const answer = await sendAs({ method, target, headers: {} }, token);
        // A path with a name in it may be another one's with a parameter.
        if (methods.size > 0 && answer.status !== 405) {
          expect([400, 404, 200], `${method} ${target}`).to.include(answer.status);
          continue;
        }
        expect(answer.headers.allow?.split(', '), target).to.include.members(known);
        documented.checkRefusal(answer);
      }
    }
  });

  it('are refused, or answered as described, at paths that look like others', async () => {
    for (const operation of operations) {
      for (const target of oddTargets(operation)) {
        const { method } = operation;
        const headers = method === 'POST' ? { 'Content-Type': 'application/json' } : {};
        const body = method === 'POST' ? { body: '{}' } : {};
        const answer = await sendAs({ method, target, headers, ...body }, token);
        if (answer.status < 400) documented.check(operation, answer);
        else documented.checkRefusal(answer);
      }
    }
  });

  it('are refused when they are larger than anything', async () => {
    const large = Buffer.alloc(2 * 1024 * 1024, 0x20);
    for (const operation of operations) {
      if (!('application/json' in operation.bodies)) continue;
      const target = operation.path.replaceAll(/\{\w+\}/g, '0');
      const headers = { 'Content-Type': 'application/json' };
      const answer = await sendAs({ method: 'POST', target, headers, body: large }, token);
      documented.check(operation, answer);
      expect(answer.status, operation.id).to.be.within(400, 499);
    }
    const [first] = operations;
    const headers = { 'X-Long': 'x'.repeat(20_000) };
    const answer = await sendAs({ method: 'GET', target: '/v1/openapi.json', headers }, token);
    expect(answer.status).to.equal(431);
    if (first !== undefined) documented.check(first, answer);
  });
});
