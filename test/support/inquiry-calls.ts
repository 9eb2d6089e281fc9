// What patients ask and the privacy officer answers, over HTTP.
import { expect } from 'chai';
import type { JsonObject } from '../../chaincode/core/json.js';
import { type Called, call, OFFICER } from './api-call.js';
import type { ApiPlace, Bearer } from './api-place.js';
import { accessSubmission } from './hospital.js';

export const SYSTEM = 'urn:hospital-a';
export const MINE = '/v1/patients/me/inquiries';

export const patientOf = (value: string): Bearer => ({
  sub: `patient ${value}`,
  roles: ['patient'],
  patient: { system: SYSTEM, value },
});

/** Somebody opened the patient's file; the leaf hash of that, hex. */
export async function opened({ hospital }: ApiPlace, value: string, request: string) {
  const { leafHash } = await hospital.sequencer.accept(accessSubmission(value, request));
  return Buffer.from(leafHash).toString('hex');
}

export const ask = (place: ApiPlace, value: string, body: JsonObject, headers = {}) =>
  call(place, MINE, { as: patientOf(value), body, headers });

export const appeal = (place: ApiPlace, value: string, id: string, body: JsonObject) =>
  call(place, `${MINE}/${id}/appeals`, { as: patientOf(value), body });

export const answer = (
  place: ApiPlace,
  id: string,
  body: JsonObject,
  as: Bearer = OFFICER,
  headers = {},
) => call(place, `/v1/inquiries/${id}/answers`, { as, body, headers });

/** The body of what was done. */
export async function done(calling: Promise<Called>, status = 201): Promise<JsonObject> {
  const { status: found, json, bytes } = await calling;
  expect(found, bytes.toString()).to.equal(status);
  return json;
}

/** Id of a new inquiry. */
export async function asked(place: ApiPlace, value: string, question: string): Promise<string> {
  return String((await done(ask(place, value, { question })))['id']);
}

export const ANSWERED = { status: 'answered', outcome: 'justified', text: '按规定查看' } as const;

export const stepsOf = (view: JsonObject) => view['steps'] as JsonObject[];
export const inquiriesOf = (page: JsonObject) => page['inquiries'] as JsonObject[];
export const idsOf = (page: JsonObject) => inquiriesOf(page).map(({ id }) => String(id));
