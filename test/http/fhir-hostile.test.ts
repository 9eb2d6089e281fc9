import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject, JsonValue } from '../../chaincode/core/json.js';
import { EMR } from '../support/api-call.js';
import { ApiPlace } from '../support/api-place.js';
import { newRandom, seedOf } from '../support/fault-random.js';
import { auditEvent, bundleOf, entriesOf, FHIR_ANSWER } from '../support/fhir-call.js';
import { bytesOf, mutated } from '../support/fhir-mutations.js';
import { SEED } from '../support/seeded.js';
import { type Received, send } from '../support/send.js';

const EVENTS = 600;
const BUNDLES = 400;
const LANES = 8;
const IN_BUNDLE = 4;
const CANARY = 'CANARY-7319-ID';

const HAPI = join(process.cwd(), 'test/support/fhir/hapi');

/** What a HAPI server sends, and one that follows the profile. */
function samples(): JsonValue[] {
  const files = readdirSync(HAPI).filter((name) => name.endsWith('.json'));
  const sent = files.map((name) => JSON.parse(readFileSync(join(HAPI, name), 'utf8')) as JsonValue);
  return [...sent, auditEvent(), auditEvent({ patients: ['P1', 'P2'] })];
}

describe(`mutated AuditEvents and Bundles (seed ${SEED})`, () => {
  let place: ApiPlace;
  const bases = samples();

  before(async () => {
    place = await ApiPlace.open();
  });
  after(() => place.close());

  async function post(body: Uint8Array): Promise<Received> {
    return send(place.url, {
      method: 'POST',
      target: '/fhir/AuditEvent',
      headers: {
        Authorization: `Bearer ${place.token(EMR)}`,
        'Content-Type': 'application/fhir+json',
        Prefer: 'return=OperationOutcome',
      },
      body,
    });
  }

  /** Checks what holds for any answer; gives the resource in it. */
  function checked(answer: Received, number: number): JsonObject {
    const text = answer.body.toString();
    expect(answer.status, `${number}: ${text}`).to.be.below(500);
    expect(answer.headers['content-type'], `${number}: ${text}`).to.equal(FHIR_ANSWER);
    const json = JSON.parse(text) as JsonObject;
    const refused = answer.status >= 400;
    if (refused) expect(json['resourceType']).to.equal('OperationOutcome');
    expect(text, `${number}`).to.not.contain(CANARY);
    return json;
  }

  /** New entries that an outcome tells of. */
  const addedBy = ({ issue }: JsonObject) =>
    (issue as JsonObject[]).filter(({ code }) => code === 'informational').length;

  const inLanes = async (count: number, act: (number: number) => Promise<void>) => {
    let next = 0;
    const lane = async () => {
      while (next < count) await act(next++);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  };

  const accepted = () => place.hospital.sequencer.counts.accepted;

  it(`of ${EVENTS} events none is answered with a 5xx, and what is refused is not stored`, async () => {
    const before = accepted();
    let [added, taken] = [0, 0];
    await inLanes(EVENTS, async (number) => {
      const random = newRandom(seedOf(SEED, number));
      const base = bases[number % bases.length] as JsonValue;
      const answer = await post(bytesOf(mutated(base, CANARY, random), random));
      const json = checked(answer, number);
      if (answer.status >= 400) return;
      taken++;
      if (json['resourceType'] !== 'Bundle') added += addedBy(json);
      for (const { response } of entriesOf(json)) {
        const { status, outcome } = response as JsonObject;
        if (String(status).startsWith('201')) added += addedBy(outcome as JsonObject);
      }
    });
    expect(accepted() - before).to.equal(added);
    expect(taken).to.be.within(10, EVENTS - 100);
    expect(place.failures).to.deep.equal([]);
  });

  it(`of ${BUNDLES} transactions none is stored in part`, async () => {
    const whole = new Set<string>();
    await inLanes(BUNDLES, async (number) => {
      const random = newRandom(seedOf(SEED, EVENTS + number));
      const names = Array.from({ length: IN_BUNDLE }, (_, at) => `lot-${number}-${at}`);
      const events = names.map((requestId) => auditEvent({ requestId, patients: ['P1'] }));
      const at = random.integer(IN_BUNDLE);
      events[at] = mutated(events[at] as JsonValue, CANARY, random) as JsonObject;
      const answer = await post(bytesOf(bundleOf('transaction', events), random));
      const json = checked(answer, number);
      if (answer.status < 400) {
        expect(json['type']).to.equal('transaction-response');
        expect(entriesOf(json)).to.have.lengthOf(IN_BUNDLE);
        whole.add(`lot-${number}`);
      }
    });
    const stored = new Map<string, number>();
    const { store } = place.hospital;
    for (let ordinal = 0; ordinal < accepted(); ordinal++) {
      const entry = JSON.parse(Buffer.from(store.readEntry(ordinal).entry).toString());
      const [, lot] = /^(lot-\d+)-\d#/.exec(String(entry.source?.requestId)) ?? [];
      if (lot !== undefined) stored.set(lot, (stored.get(lot) ?? 0) + 1);
    }
    for (const [lot, count] of stored) {
      expect(whole.has(lot), lot).to.equal(true);
      // The mutated one may have lost its request id, or have got more patients.
      expect(count, lot).to.be.at.least(IN_BUNDLE - 1);
    }
    expect(stored.size).to.equal(whole.size);
    expect(whole.size).to.be.within(10, BUNDLES - 50);
    expect(place.failures).to.deep.equal([]);
  });
});
