// Puts requests into a group: each of them whole, or refused and not there at all.
import { setImmediate as turn } from 'node:timers/promises';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { Accepted, AcceptGroup, Draft } from './accept-group.js';
import { type AcceptRequest, RefusedTogether } from './accept-request.js';

export interface Answered {
  readonly request: AcceptRequest;
  readonly accepted: readonly Accepted[];
}

/** Submissions after which others have a turn: the write of the group before goes on meanwhile. */
const AT_ONCE = 64;

interface Drafted {
  readonly request: AcceptRequest;
  /** Of its submissions as far as the first that has none. */
  readonly drafts: readonly Draft[];
  /** Why that one has none. */
  readonly refusal?: ChartsealError;
}

class Turns {
  #since = 0;

  /** Whether others are to have a turn after this request. */
  isDue({ submissions }: AcceptRequest): boolean {
    this.#since += submissions.length;
    if (this.#since < AT_ONCE) return false;
    this.#since = 0;
    return true;
  }
}

/** Nothing when the request was refused already. */
function draft(group: AcceptGroup, request: AcceptRequest): Drafted[] {
  const drafts: Draft[] = [];
  try {
    for (const submission of request.submissions) drafts.push(group.draft(submission));
  } catch (error) {
    // One before it may be refused yet, and then that one is the first.
    if (error instanceof ChartsealError) return [{ request, drafts, refusal: error }];
    request.reject(error);
    return [];
  }
  return [{ request, drafts }];
}

function add(
  group: AcceptGroup,
  { request, drafts, refusal }: Drafted,
  checkClock: () => void,
): Accepted[] {
  const accepted: Accepted[] = [];
  try {
    for (const one of drafts) {
      const duplicate = group.findDuplicate(one);
      if (duplicate === undefined) checkClock();
      accepted.push(duplicate ?? group.stage(one, request.options));
    }
    if (refusal !== undefined) throw refusal;
  } catch (error) {
    group.drop();
    if (request.submissions.length === 1 || !(error instanceof ChartsealError)) throw error;
    throw new RefusedTogether(error, accepted.length);
  }
  group.keep();
  return accepted;
}

/**
 * Answers of the requests that are in the group now; the others were refused. Throws what is no
 * fault of a submission, and then the store is to be given up.
 * @param checkClock throws while nothing may be dated
 */
export async function addRequests(
  group: AcceptGroup,
  requests: readonly AcceptRequest[],
  checkClock: () => void,
): Promise<Answered[]> {
  const turns = new Turns();
  const drafted: Drafted[] = [];
  for (const request of requests) {
    drafted.push(...draft(group, request));
    if (turns.isDue(request)) await turn();
  }
  try {
    await group.load(drafted.flatMap(({ drafts }) => drafts));
  } catch (error) {
    for (const { request } of drafted.splice(0)) request.reject(error);
  }
  const answers: Answered[] = [];
  for (const one of drafted) {
    try {
      answers.push({ request: one.request, accepted: add(group, one, checkClock) });
    } catch (error) {
      // One submission may be at fault; anything else is a fault of the store.
      if (!(error instanceof ChartsealError)) throw error;
      one.request.reject(error);
    }
    if (turns.isDue(one.request)) await turn();
  }
  return answers;
}
