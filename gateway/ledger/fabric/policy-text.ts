// An endorsement policy as people write it: OutOf(2,'HospitalAMSP.peer','HospitalBMSP.peer').
import { type common, msp, peer } from '@hyperledger/fabric-protos';
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
