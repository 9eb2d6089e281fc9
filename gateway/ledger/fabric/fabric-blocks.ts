// Blocks of a Fabric channel as values: what each transaction of the contract asked for, by whom,
// and what became of it.
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { timestampMs } from '../../../chaincode/core/time.js';
import { requestText, transactionName } from '../log-transactions.js';
import { validationCode } from './commit-codes.js';

export interface FabricTransaction {
  readonly txId: string;
  /** `VALID`, or why its writes were not applied. */
  readonly code: string;
  /** Index in its block. */
  readonly index: number;
  /** As its asker stated it, in ms since 1970; undefined where that is no time. */
  readonly at: number | undefined;
  readonly creator: { readonly mspId: string; readonly certificatePem: string };
  readonly chaincode: string;
  /** Name of the transaction that runs, by whichever name it was called, and its arguments. */
  readonly name: string;
  readonly args: readonly Uint8Array[];
  readonly event?: { readonly name: string; readonly payload: Uint8Array };
  /** ledger.rwset.TxReadWriteSet. */
  readonly results: Uint8Array;
}

export interface FabricBlock {
  readonly number: number;
  /** Hash of the header before, as this header states it. */
  readonly previous: Uint8Array;
  readonly dataHash: Uint8Array;
  /** Envelopes as they lie in the block, also those that are no endorser transactions. */
  readonly data: readonly Uint8Array[];
  readonly transactions: readonly FabricTransaction[];
}

const VALIDATION_CODES = common.BlockMetadataIndex.TRANSACTIONS_FILTER;
/** Of a transaction whose block has no code for it. */
const NOT_VALIDATED = peer.TxValidationCode.NOT_VALIDATED;

function parseEnvelope(
  bytes: Uint8Array,
  code: number,
  index: number,
): FabricTransaction | undefined {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = payload.getHeader();
  if (header === undefined) return undefined;
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return undefined;
  const signatureHeader = common.SignatureHeader.deserializeBinary(
    header.getSignatureHeader_asU8(),
  );
  const creator = msp.SerializedIdentity.deserializeBinary(signatureHeader.getCreator_asU8());
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  if (action === undefined) return undefined;
  return {
    txId: channelHeader.getTxId(),
    code: validationCode(code),
    index,
    at: timeOf(channelHeader),
    creator: {
      mspId: creator.getMspid(),
      certificatePem: Buffer.from(creator.getIdBytes_asU8()).toString(),
    },
    ...parseAction(action.getPayload_asU8()),
  };
}

function timeOf(header: common.ChannelHeader): number | undefined {
  const timestamp = header.getTimestamp();
  return timestamp && timestampMs(timestamp.getSeconds(), timestamp.getNanos());
}

/** Whoever may write to the channel can order anything: what took no effect may be none. */
function findTransaction(
  bytes: Uint8Array,
  code: number,
  index: number,
): FabricTransaction | undefined {
  try {
    return parseEnvelope(bytes, code, index);
  } catch (error) {
    if (code === peer.TxValidationCode.VALID) throw error;
    return undefined;
  }
}

function parseAction(bytes: Uint8Array) {
  const payload = peer.ChaincodeActionPayload.deserializeBinary(bytes);
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(
    payload.getChaincodeProposalPayload_asU8(),
  );
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8());
  const [name, ...args] = spec.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? [];
  const response = peer.ProposalResponsePayload.deserializeBinary(
    payload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const action = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  // What the endorsers signed; the argument's own name of the contract is not compared by them.
  const chaincode = action.getChaincodeId()?.getName() ?? '';
  const event = peer.ChaincodeEvent.deserializeBinary(action.getEvents_asU8());
  const isEvent = event.getEventName() !== '' && event.getChaincodeId() === chaincode;
  return {
    chaincode,
    name: transactionName(requestText(name ?? new Uint8Array())),
    args,
    results: action.getResults_asU8(),
    ...(isEvent ? { event: { name: event.getEventName(), payload: event.getPayload_asU8() } } : {}),
  };
}

/** Throws LEDGER_CORRUPT for what is no block. */
export function parseBlock(block: common.Block): FabricBlock {
  try {
    const header = block.getHeader() ?? new common.BlockHeader();
    const data = block.getData()?.getDataList_asU8() ?? [];
    const codes = block.getMetadata()?.getMetadataList_asU8()[VALIDATION_CODES] ?? [];
    const transactions: FabricTransaction[] = [];
    for (const [index, bytes] of data.entries()) {
      const parsed = findTransaction(bytes, codes[index] ?? NOT_VALIDATED, index);
      if (parsed !== undefined) transactions.push(parsed);
    }
    return {
      number: header.getNumber(),
      previous: header.getPreviousHash_asU8(),
      dataHash: header.getDataHash_asU8(),
      data,
      transactions,
    };
  } catch (cause) {
    const number = block.getHeader()?.getNumber();
    const what = number === undefined ? 'a block' : `block ${number}`;
    const text = `${what} of the channel is not understood`;
    throw new ChartsealError('LEDGER_CORRUPT', text, { cause });
  }
}
