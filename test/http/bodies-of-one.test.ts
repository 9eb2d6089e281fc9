// Bodies that are read as a whole stand in memory: nobody's take the room of others.
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { MAX_BUFFERED_OF_ONE_BYTES } from '../../gateway/http/limits.js';
import { AUDITOR, call } from '../support/api-call.js';
import { ApiPlace, type Bearer } from '../support/api-place.js';
import { patientOf } from '../support/inquiry-calls.js';

const PATH = '/v1/verify';
const PIECE = Buffer.alloc(1024 * 1024, 0x20);
const LENGTH = MAX_BUFFERED_OF_ONE_BYTES - PIECE.length;

describe('bodies that one caller sends and does not end', () => {
  let place: ApiPlace;
  const sent: ClientRequest[] = [];
  before(async () => {
    place = await ApiPlace.open();
  });
  afterEach(() => {
    for (const one of sent.splice(0)) one.destroy();
  });
  after(() => place.close());

  /** More than half of what one caller may have in memory, or nearly all of it; it never ends. */
  function begin(as: Bearer, share = 0.6): Promise<IncomingMessage> {
    const headers = {
      Authorization: `Bearer ${place.token(as)}`,
      'Content-Type': 'application/json',
      'Content-Length': LENGTH,
    };
    const asking = request(new URL(PATH, place.url), { method: 'POST', headers });
    sent.push(asking);
    asking.on('error', () => undefined);
    const pieces = Math.ceil((LENGTH / PIECE.length) * share) - (share === 1 ? 1 : 0);
    for (let at = 0; at < pieces; at++) asking.write(PIECE);
    return once(asking, 'response').then(([answer]) => answer as IncomingMessage);
  }

  it('are refused beyond the share of one, and take nothing from others', async () => {
    const both = [begin(patientOf('P1')), begin(patientOf('P1'))];
    const refused = await Promise.race(both);
    expect(refused.statusCode).to.equal(429);
    expect(refused.headers['retry-after']).to.equal('1');
    const other = await call(place, PATH, { as: AUDITOR, body: { history: {} } });
    expect(other.status).to.equal(200);
  });

  it('make room for whoever sends less, when all together have too much', async () => {
    const filling = ['P1', 'P2', 'P3', 'P4', 'P5'].map((one) => begin(patientOf(one), 1));
    const gaveWay = await Promise.race(filling);
    expect(gaveWay.statusCode).to.equal(429);
    for (let round = 0; round < 8; round++) {
      const body = { history: { much: ' '.repeat(PIECE.length) } };
      const other = await call(place, PATH, { as: AUDITOR, body });
      expect(other.status).to.equal(200);
    }
  });

  it('are let go with their connections', async () => {
    const body = { history: { much: ' '.repeat(LENGTH * 0.8) } };
    const asked = () => call(place, PATH, { as: patientOf('P1'), body });
    let answer = await asked();
    // The gateway may not have seen yet that they are gone.
    for (let tries = 0; answer.status === 429 && tries < 20; tries++) {
      await setTimeout(100);
      answer = await asked();
    }
    expect(answer.status).to.equal(200);
  });
});
