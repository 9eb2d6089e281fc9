// What the validation codes of committed transactions mean for their callers.
import { peer } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';

const { TxValidationCode } = peer;
const NAMES = new Map(Object.entries(TxValidationCode).map(([name, code]) => [code, name]));

/** `VALID`, or the name of the reason why writes were not applied. */
export function validationCode(code: number): string {
  return NAMES.get(code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]) ?? `${code}`;
}

/** No effect, and nothing of it: the same call can be made again as if it were new. */
const PASSING: ReadonlySet<number> = new Set([
  TxValidationCode.MVCC_READ_CONFLICT,
  TxValidationCode.PHANTOM_READ_CONFLICT,
  // The contract was replaced between endorsement and commit.
  TxValidationCode.EXPIRED_CHAINCODE,
  TxValidationCode.CHAINCODE_VERSION_CONFLICT,
]);

/** Whether another transaction came first, so that this one had no effect. */
export function isConflict(code: number): boolean {
  return PASSING.has(code);
}

/** Why a committed transaction had no effect. */
export function invalidTransaction(code: number): ChartsealError {
  const name = validationCode(code);
  if (isConflict(code)) {
    return new ChartsealError('LEDGER_UNAVAILABLE', `${name}: others kept coming first`);
  }
  if (code === TxValidationCode.ENDORSEMENT_POLICY_FAILURE) {
    const text = `${name}: these organisations do not meet the endorsement policy of the channel`;
    return new ChartsealError('LEDGER_FAILED', text);
  }
  const text = `${name}: the transaction was ordered and has no effect`;
  return new ChartsealError('LEDGER_FAILED', text);
}
