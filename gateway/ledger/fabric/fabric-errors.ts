// What peers and orderers refuse, as the codes that every engine gives. The gateway service puts
// the contract's own text behind a prefix of its own; everything else is told by status codes.
import { status } from '@grpc/grpc-js';
import { type ErrorDetail, GatewayError } from '@hyperledger/fabric-gateway';
import { ChartsealError, decodeError, type ErrorCode } from '../../../chaincode/core/errors.js';

/** What an endorser said instead of an endorsement. */
export interface Refusal {
  readonly mspId: string;
  readonly address: string;
  readonly message: string;
  /** The contract's own refusal; undefined when the peer did not come to ask it. */
  readonly refused: ChartsealError | undefined;
}

const CONTRACT_TEXT = /^chaincode response [0-9]+, (.*)$/s;
const MAX_TEXT = 300;

/** The contract's refusal in a peer's message; undefined when another one speaks. */
export function findContractError(message: string): ChartsealError | undefined {
  const [, text] = CONTRACT_TEXT.exec(message) ?? [];
  if (text === undefined) return undefined;
  const known = decodeError(text);
  if (known !== undefined) return known;
  return new ChartsealError('LEDGER_FAILED', 'the contract failed', { cause: new Error(text) });
}

export function refusalsOf(error: unknown): readonly Refusal[] {
  if (!(error instanceof GatewayError)) return [];
  return error.details.map(({ mspId, address, message }: ErrorDetail) => ({
    mspId,
    address,
    message,
    refused: findContractError(message),
  }));
}

/** Whether a peer of another organisation says that the caller's certificate has ended. */
export const saysExpired = (message: string): boolean => /\bidentity expired\b/.test(message);

const short = (text: string) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
};

/** What peers and orderers said, for operators. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof GatewayError)) return error instanceof Error ? error.message : '';
  const said = error.details.map(({ mspId, address, message }) =>
    short(`${mspId} ${address}: ${message}`),
  );
  return said.length > 0 ? said.join('; ') : short(error.cause.details || error.message);
}

const BY_STATUS: Readonly<Partial<Record<status, ErrorCode>>> = {
  [status.UNAVAILABLE]: 'LEDGER_UNAVAILABLE',
  [status.DEADLINE_EXCEEDED]: 'LEDGER_UNAVAILABLE',
  [status.RESOURCE_EXHAUSTED]: 'LEDGER_UNAVAILABLE',
  [status.ABORTED]: 'LEDGER_UNAVAILABLE',
  [status.CANCELLED]: 'LEDGER_UNAVAILABLE',
  [status.FAILED_PRECONDITION]: 'LEDGER_UNAVAILABLE',
  [status.PERMISSION_DENIED]: 'IDENTITY_REFUSED',
  [status.UNAUTHENTICATED]: 'IDENTITY_REFUSED',
  [status.UNIMPLEMENTED]: 'NOT_SUPPORTED',
};

/**
 * Any failure of a call as a coded error. A peer that names itself while it reports a failed
 * precondition has looked at the caller's certificate, signature and rights, and refused them.
 */
export function toLedgerError(error: unknown): ChartsealError {
  if (error instanceof ChartsealError) return error;
  if (!(error instanceof GatewayError)) {
    return new ChartsealError('LEDGER_FAILED', 'the call failed', { cause: error });
  }
  const refused = refusalsOf(error).find((refusal) => refusal.refused !== undefined)?.refused;
  if (refused !== undefined)
    return new ChartsealError(refused.code, refused.message, { cause: error });
  const isPeer = error.code === status.FAILED_PRECONDITION && error.details.length > 0;
  const code = isPeer ? 'IDENTITY_REFUSED' : (BY_STATUS[error.code as status] ?? 'LEDGER_FAILED');
  return new ChartsealError(code, describeFailure(error), { cause: error });
}

const ORDERER_STATUS = /\bstatus=([A-Z_]+)/;
const BY_ORDERER: Readonly<Record<string, ErrorCode>> = {
  FORBIDDEN: 'IDENTITY_REFUSED',
  REQUEST_ENTITY_TOO_LARGE: 'TOO_LARGE',
  BAD_REQUEST: 'LEDGER_FAILED',
};

/** As {@link toLedgerError}, for what orderers said: the gateway carries their status as text. */
export function toOrderingError(error: unknown): ChartsealError {
  if (!(error instanceof GatewayError)) return toLedgerError(error);
  const text = describeFailure(error);
  const [, name = ''] = ORDERER_STATUS.exec(text) ?? [];
  const code = BY_ORDERER[name];
  if (code === undefined) return toLedgerError(error);
  return new ChartsealError(code, text, { cause: error });
}

/** Whether nobody knows what became of the call: it may still take effect. */
export function isUncertain(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return (
    error.code === status.UNAVAILABLE ||
    error.code === status.DEADLINE_EXCEEDED ||
    error.code === status.CANCELLED ||
    error.code === status.UNKNOWN ||
    error.code === status.INTERNAL
  );
}
