// Policies as people write them: OutOf(2,'HospitalAMSP.peer','HospitalBMSP.peer'); and how many
// organisations must agree under them.
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';

const ROLE_NAMES = new Map<number, string>(
  Object.entries(msp.MSPRole.MSPRoleType).map(([name, number]) => [number, name.toLowerCase()]),
);

function unreadable(): never {
  throw new ChartsealError('NOT_SUPPORTED', 'the endorsement policy is of a kind not known here');
}

function principalText(principal: msp.MSPPrincipal | undefined): string {
  if (principal?.getPrincipalClassification() !== msp.MSPPrincipal.Classification.ROLE) {
    return unreadable();
  }
  const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
  const name = ROLE_NAMES.get(role.getRole()) ?? unreadable();
  return `'${role.getMspIdentifier()}.${name}'`;
}

function ruleText(
  rule: common.SignaturePolicy | undefined,
  principals: readonly msp.MSPPrincipal[],
): string {
  const set = rule?.getNOutOf();
  if (set === undefined) {
    if (rule === undefined || !rule.hasSignedBy()) return unreadable();
    return principalText(principals[rule.getSignedBy()]);
  }
  const rules = set.getRulesList().map((one) => ruleText(one, principals));
  return `OutOf(${[set.getN(), ...rules].join(',')})`;
}

/** @param bytes protos.ApplicationPolicy. Throws NOT_SUPPORTED. */
export function policyText(bytes: Uint8Array): string {
  const policy = peer.ApplicationPolicy.deserializeBinary(bytes);
  if (policy.hasChannelConfigPolicyReference()) {
    return `channel policy ${policy.getChannelConfigPolicyReference()}`;
  }
  const signature = policy.getSignaturePolicy();
  return ruleText(signature?.getRule(), signature?.getIdentitiesList() ?? []);
}

/** Fewest organisations that satisfy a rule, each principal being of another one. */
function fewest(rule: common.SignaturePolicy | undefined): number {
  const set = rule?.getNOutOf();
  if (set === undefined) return 1;
  const counts = set.getRulesList().map(fewest);
  counts.sort((a, b) => a - b);
  return counts.slice(0, set.getN()).reduce((sum, count) => sum + count, 0);
}

/** How many organisations must endorse. @param bytes protos.ApplicationPolicy */
export function endorsersNeeded(bytes: Uint8Array): number | undefined {
  const policy = peer.ApplicationPolicy.deserializeBinary(bytes);
  return policy.hasSignaturePolicy() ? fewest(policy.getSignaturePolicy()?.getRule()) : undefined;
}

/** How many of so many organisations must agree under a policy of the channel. */
export function organisationsNeeded(policy: common.Policy | undefined, count: number): number {
  const { PolicyType } = common.Policy;
  const value = policy?.getValue_asU8() ?? new Uint8Array();
  if (policy?.getType() === PolicyType.SIGNATURE) {
    return fewest(common.SignaturePolicyEnvelope.deserializeBinary(value).getRule());
  }
  if (policy?.getType() !== PolicyType.IMPLICIT_META) return unreadable();
  const { Rule } = common.ImplicitMetaPolicy;
  const rule = common.ImplicitMetaPolicy.deserializeBinary(value).getRule();
  if (rule === Rule.ALL) return count;
  return rule === Rule.ANY ? 1 : Math.floor(count / 2) + 1;
}
