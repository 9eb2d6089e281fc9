// What was asked: the proposal whose hash the endorsers signed, and that it asks our contract for
// this very checkpoint.
import { concat, decodeBase64, encodeHex, equalBytes, utf8 } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { isObject, type JsonObject, parseJsonBytes } from '../../chaincode/core/json.js';
import type { CheckpointAnswer } from './answer.js';
import type { FabricAttestation } from './fabric-endorsement.js';
import {
  CHAINCODE_HEADER_EXTENSION,
  CHAINCODE_ID,
  CHAINCODE_INPUT,
  CHAINCODE_INVOCATION_SPEC,
  CHAINCODE_PROPOSAL_PAYLOAD,
  CHAINCODE_SPEC,
  CHANNEL_HEADER,
  SIGNATURE_HEADER,
} from './fabric-messages.js';
import { readMessage } from './protobuf.js';
import { attempt, type Finding, failed } from './steps.js';

const ENDORSER_TRANSACTION = 3;
const TRANSACTION = utf8('readCheckpoint');

interface ReadProposal {
  readonly type: number;
  readonly channel: string;
  readonly txId: string;
  /** What the transaction id must be. */
  readonly txIdOfAsker: string;
  /** Names of the contract in the header and in the call. */
  readonly names: readonly string[];
  readonly arguments: readonly Uint8Array[];
  readonly isInit: boolean;
}

/** A field that must be there. */
function must(bytes: Uint8Array | undefined, what: string): Uint8Array {
  if (bytes === undefined) throw new ChartsealError('BAD_FORMAT', `the proposal lacks ${what}`);
  return bytes;
}

function contractName(id: Uint8Array | undefined): string {
  const { name } = readMessage(must(id, "the contract's name"), CHAINCODE_ID, 'a name');
  return name ?? '';
}

function readChannelHeader(bytes: Uint8Array) {
  const header = readMessage(bytes, CHANNEL_HEADER, 'the channel header');
  const extension = must(header.extension, 'its extension');
  const { chaincodeId } = readMessage(extension, CHAINCODE_HEADER_EXTENSION, 'the extension');
  const { type = 0, channelId: channel = '', txId = '' } = header;
  return { type, channel, txId, name: contractName(chaincodeId) };
}

function transactionId(signatureHeader: Uint8Array): string {
  const header = readMessage(signatureHeader, SIGNATURE_HEADER, 'the signature header');
  const nonce = must(header.nonce, 'its nonce');
  return encodeHex(sha256(concat(nonce, must(header.creator, 'who asked'))));
}

function readCall(proposalPayload: Uint8Array) {
  const what = 'the proposal';
  const { input, transient } = readMessage(proposalPayload, CHAINCODE_PROPOSAL_PAYLOAD, what);
  const invocation = readMessage(must(input, 'a call'), CHAINCODE_INVOCATION_SPEC, 'the call');
  const spec = readMessage(must(invocation.spec, 'a call'), CHAINCODE_SPEC, 'the call');
  const call = readMessage(must(spec.input, 'arguments'), CHAINCODE_INPUT, 'the call');
  if (transient.length + call.decorations.length > 0) {
    throw new ChartsealError('BAD_FORMAT', 'the proposal has data beside its arguments');
  }
  return {
    name: contractName(spec.chaincodeId),
    arguments: call.arguments,
    isInit: call.isInit ?? false,
  };
}

interface ProposalBytes {
  readonly channelHeader: Uint8Array;
  readonly signatureHeader: Uint8Array;
  readonly proposalPayload: Uint8Array;
}

function readProposal(bytes: ProposalBytes): ReadProposal {
  const header = readChannelHeader(bytes.channelHeader);
  const txIdOfAsker = transactionId(bytes.signatureHeader);
  const call = readCall(bytes.proposalPayload);
  return {
    type: header.type,
    channel: header.channel,
    txId: header.txId,
    txIdOfAsker,
    names: [header.name, call.name],
    arguments: call.arguments,
    isInit: call.isInit,
  };
}

function askedOtherwise(proposal: ReadProposal, name: string, channel: string): string | undefined {
  if (proposal.type !== ENDORSER_TRANSACTION) return 'is no transaction of a contract';
  if (proposal.channel !== channel) return 'is of another channel';
  if (proposal.txId !== proposal.txIdOfAsker) return 'has a transaction id that is not its own';
  if (proposal.names.some((one) => one !== name)) return 'is to another contract than answered';
  if (proposal.isInit) return 'is one to set up the contract';
  const [transaction, request, ...more] = proposal.arguments;
  const isRight = transaction !== undefined && equalBytes(transaction, TRANSACTION);
  if (!isRight || request === undefined || more.length > 0) return 'asks for no checkpoint';
  return undefined;
}

/**
 * What the contract was asked, if the endorsers were asked just that.
 * @param name of the contract that answered
 */
export function checkProposal(
  attestation: FabricAttestation,
  proposalHash: Uint8Array,
  name: string,
  channel: string,
): { readonly request: JsonObject } | { readonly fault: Finding } {
  const bytes = {
    channelHeader: decodeBase64(attestation.channelHeader, 'channelHeader'),
    signatureHeader: decodeBase64(attestation.signatureHeader, 'signatureHeader'),
    proposalPayload: decodeBase64(attestation.proposalPayload, 'proposalPayload'),
  };
  const { channelHeader, signatureHeader, proposalPayload } = bytes;
  const hash = sha256(concat(channelHeader, signatureHeader, proposalPayload));
  if (!equalBytes(hash, proposalHash)) {
    return { fault: failed('The proposal in the attestation is not the one that was endorsed.') };
  }
  const read = attempt('The proposal', readProposal, bytes);
  if ('fault' in read) return read;
  const otherwise = askedOtherwise(read.value, name, channel);
  if (otherwise !== undefined) return { fault: failed(`The proposal ${otherwise}.`) };
  const json = read.value.arguments[1] as Uint8Array;
  const request = attempt('The request', parseJsonBytes, json, 'it');
  if ('fault' in request) {
    return { fault: failed('The request is not JSON.', request.fault.code) };
  }
  if (isObject(request.value)) return { request: request.value };
  return { fault: failed('The request is not an object.') };
}

/** Whether the answer is one to this request. */
export function checkRequest(request: JsonObject, answer: CheckpointAnswer): Finding | undefined {
  const { logId, size, nonce, ...more } = request;
  const wrong = [
    ...(logId === answer.logId ? [] : ['logId']),
    ...((size ?? answer.headSize) === answer.size && size !== null ? [] : ['size']),
    ...(nonce === answer.nonce ? [] : ['nonce']),
    ...(Object.keys(more).length === 0 ? [] : ['member']),
  ];
  if (wrong.length === 0) return undefined;
  return failed(`The contract was asked about another ${wrong.join(', ')} than it answers about.`);
}
