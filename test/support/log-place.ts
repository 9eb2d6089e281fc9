// The log of a gateway that a test serves: makes it grow, and asks it.

import type { ApiPlace, Bearer } from './api-place.js';
import { accessSubmission } from './hospital.js';
import { type Received, send } from './send.js';

export const AUDITOR: Bearer = { sub: 'auditor', roles: ['auditor'] };

/** So many events more, all proven. */
export async function grow({ hospital }: ApiPlace, events: number): Promise<void> {
  const from = hospital.sequencer.counts.accepted;
  const submissions = Array.from({ length: events }, (_, at) => {
    const number = from + at;
    return accessSubmission(`P${number % 40}`, `request ${number}`);
  });
  await Promise.all(submissions.map((one) => hospital.sequencer.accept(one)));
  if (!(await hospital.sequencer.waitProven(20_000))) throw new Error('not proven in time');
}

export function get(
  place: ApiPlace,
  path: string,
  bearer?: Bearer,
  headers: Readonly<Record<string, string>> = {},
): Promise<Received> {
  const credentials =
    bearer === undefined ? {} : { Authorization: `Bearer ${place.token(bearer)}` };
  const target = `/v1/log/${path}`;
  return send(place.url, { method: 'GET', target, headers: { ...credentials, ...headers } });
}

/** Status and code of a refusal. */
export function refusalOf({ status, body }: Received): readonly [number, unknown] {
  return [status, JSON.parse(body.toString()).code];
}
