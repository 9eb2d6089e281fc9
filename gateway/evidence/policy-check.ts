// Step policy: enough organisations attest, the required ones among them, and what that says
// about forks.
import { type Finding, failed, ok } from './steps.js';
import type { Trust, TrustedLog } from './trust.js';

/**
 * Whether two attestations always share an organisation that does not collude: then no ordering
 * service can make two checkpoints of one size.
 */
export function excludesForks({ organisations, policy }: Trust['file']): boolean {
  return 2 * policy.k > organisations.length + policy.tolerated;
}

function forks({ file }: Trust): string {
  const { tolerated } = file.policy;
  const most = tolerated === 0 ? 'no organisation colludes' : `at most ${tolerated} collude`;
  const conditions = [
    ...(file.ordering === 'bft' ? ['more than two thirds of the orderers are honest'] : []),
    ...(excludesForks(file) ? [most] : []),
  ];
  return conditions.length === 0
    ? 'Forks are excluded only if the ordering service is honest.'
    : `Forks are excluded if ${conditions.join(', or if ')}.`;
}

function whoAttests(endorsers: readonly string[], log: TrustedLog, trust: Trust): string {
  const owner = log.registration.mspId;
  const of = trust.file.organisations.length;
  const attesting =
    of === 1 ? '1 of 1 organisation attests' : `${endorsers.length} of ${of} organisations attest`;
  const others = endorsers.length - (endorsers.includes(owner) ? 1 : 0);
  if (others === 0) return `${attesting}: ${owner}, the log's owner; nobody else does.`;
  const are = others === 1 ? 'is' : 'are';
  return `${attesting}: ${endorsers.join(', ')}; ${others} of them ${are} not the log's owner.`;
}

/** @param endorsers MSP ids of step attestation, which is OK; each stands there once */
export function checkPolicy(endorsers: readonly string[], log: TrustedLog, trust: Trust): Finding {
  const { organisations, policy, ordering } = trust.file;
  for (const mspId of endorsers) {
    if (organisations.some((one) => one.mspId === mspId)) continue;
    return failed(`${mspId}, which attests, is not among the organisations of the trust file.`);
  }
  if (policy.k > endorsers.length) {
    const { length } = endorsers;
    const attesting = length === 1 ? '1 organisation attests' : `${length} organisations attest`;
    return failed(`${attesting}, the trust file asks for ${policy.k}.`);
  }
  const missing = policy.required.filter((mspId) => !endorsers.includes(mspId));
  if (missing.length > 0) {
    return failed(`Required organisations do not attest: ${missing.join(', ')}.`);
  }
  const who = whoAttests(endorsers, log, trust);
  return ok(ordering === 'embedded' ? who : `${who} ${forks(trust)}`);
}
