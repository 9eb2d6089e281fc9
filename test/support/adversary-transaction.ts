// Transactions of a Fabric channel put together by hand, as somebody may who holds keys and keeps
// to no library: each peer asked by itself, answers and signatures mixed, and what comes of it sent
// to the orderers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import { common, gateway, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { concat, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { IdentityRole } from '../../chaincode/core/identity-roles.js';
import { type FabricTransaction, parseBlock } from '../../gateway/ledger/fabric/fabric-blocks.js';
import { type FabricLedger, openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import {
  type IdentityMaterial,
  readFabricProfile,
  readIdentity,
} from '../../gateway/ledger/fabric/profile.js';
import { parseP256Key, signP256 } from '../../gateway/ledger/fabric/signer.js';
import { callSystem } from '../../gateway/ledger/fabric/system-call.js';
import type { Transient } from '../../gateway/ledger/ledger.js';
import { peerFolder, tlsRootFile, userFolder } from '../../network/paths.js';
import type { LiveNetwork, OrganisationName } from './live-network.js';

/** Somebody of an organisation, with the private key. */
export interface KeyHolder extends IdentityMaterial {
  readonly mspId: string;
}

/** A call that peers may be asked to endorse. */
export interface Asked {
  readonly txId: string;
  /** common.Header. */
  readonly header: Uint8Array;
  /** protos.ChaincodeProposalPayload without its transient map. */
  readonly proposalPayload: Uint8Array;
  /** protos.SignedProposal. */
  readonly signed: Uint8Array;
}

/** What one peer said. */
export interface PeerWord {
  readonly status: number;
  readonly message: string;
  /** protos.ProposalResponsePayload; empty when the peer refused. */
  readonly payload: Uint8Array;
  readonly endorsement: peer.Endorsement;
}

const PROCESS_PROPOSAL = '/protos.Endorser/ProcessProposal';
const ANSWER_MS = 60_000;
const COMMIT_MS = 60_000;
const POLL_MS = 50;

function identityIn(folder: string, mspId: string): KeyHolder {
  const only = (name: string) => {
    const [file] = readdirSync(join(folder, name));
    return readFileSync(join(folder, name, file as string), 'utf8');
  };
  return { mspId, certificatePem: only('signcerts'), keyPem: only('keystore') };
}

/** The peer itself: what it endorses is signed with this key. */
export function peerKeys({ state, organisation }: LiveNetwork, name: OrganisationName): KeyHolder {
  const one = organisation(name);
  return identityIn(join(peerFolder(state, one), 'msp'), one.mspId);
}

/** The administrator of the organisation in the channel's own sense. */
export function adminKeys({ state, organisation }: LiveNetwork, name: OrganisationName): KeyHolder {
  const one = organisation(name);
  return identityIn(join(userFolder(state, one, 'Admin'), 'msp'), one.mspId);
}

export function serializedIdentity({ mspId, certificatePem }: KeyHolder): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(utf8(certificatePem));
  return identity.serializeBinary();
}

/** An endorsement of any payload, by whoever holds a key. */
export function endorseAs(holder: KeyHolder, payload: Uint8Array): peer.Endorsement {
  const endorser = serializedIdentity(holder);
  const endorsement = new peer.Endorsement();
  endorsement.setEndorser(endorser);
  const message = concat(payload, endorser);
  endorsement.setSignature(signP256(parseP256Key(holder.keyPem), message));
  return endorsement;
}

/** A ledger, and the key with which its identity signs. */
export interface Caller {
  readonly ledger: FabricLedger;
  readonly keyPem: string;
}

export async function openCaller(
  live: LiveNetwork,
  name: OrganisationName,
  role: IdentityRole,
): Promise<Caller> {
  const profile = await readFabricProfile(live.profile(name));
  const { keyPem } = await readIdentity(profile, role);
  return { ledger: await openFabricLedger(profile, role), keyPem };
}

/** A signed proposal. @param chaincode when it is not ours */
export async function propose(
  { ledger: { connection, profile }, keyPem }: Caller,
  name: string,
  json: string | Uint8Array,
  transient: Transient = {},
  chaincode = profile.chaincode,
): Promise<Asked> {
  const proposed = await connection.run(async (one) =>
    one
      .getNetwork(profile.channel)
      .getContract(chaincode)
      .newProposal(name, { arguments: [json], transientData: { ...transient } })
      .getBytes(),
  );
  const message = gateway.ProposedTransaction.deserializeBinary(proposed);
  const signed = message.getProposal() ?? new peer.SignedProposal();
  const bytes = signed.getProposalBytes_asU8();
  signed.setSignature(signP256(parseP256Key(keyPem), bytes));
  const proposal = peer.Proposal.deserializeBinary(bytes);
  const asked = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  asked.clearTransientmapMap();
  return {
    txId: message.getTransactionId(),
    header: proposal.getHeader_asU8(),
    proposalPayload: asked.serializeBinary(),
    signed: signed.serializeBinary(),
  };
}

/** Asks the peer of one organisation, and nobody else. */
export async function askPeer(
  { state, organisation }: LiveNetwork,
  name: OrganisationName,
  { signed }: Asked,
): Promise<PeerWord> {
  const one = organisation(name);
  const tls = credentials.createSsl(readFileSync(tlsRootFile(state, one)));
  const client = new Client(`localhost:${one.ports.peer}`, tls);
  try {
    const response = await new Promise<peer.ProposalResponse>((resolve, reject) => {
      client.makeUnaryRequest(
        PROCESS_PROPOSAL,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes: Buffer) => peer.ProposalResponse.deserializeBinary(bytes),
        signed,
        { deadline: Date.now() + ANSWER_MS },
        (error, value) => (value === undefined ? reject(error) : resolve(value)),
      );
    });
    return {
      status: response.getResponse()?.getStatus() ?? 0,
      message: response.getResponse()?.getMessage() ?? '',
      payload: response.getPayload_asU8(),
      endorsement: response.getEndorsement() ?? new peer.Endorsement(),
    };
  } finally {
    client.close();
  }
}

/** gateway.PreparedTransaction: an answer with endorsements, whether they belong to it or not. */
export function transactionOf(
  { txId, header, proposalPayload }: Asked,
  payload: Uint8Array,
  endorsements: readonly peer.Endorsement[],
): Uint8Array {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(payload);
  endorsed.setEndorsementsList([...endorsements]);
  const inner = new peer.ChaincodeActionPayload();
  inner.setChaincodeProposalPayload(proposalPayload);
  inner.setAction(endorsed);
  const parsed = common.Header.deserializeBinary(header);
  const action = new peer.TransactionAction();
  action.setHeader(parsed.getSignatureHeader_asU8());
  action.setPayload(inner.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  const wrapped = new common.Payload();
  wrapped.setHeader(parsed);
  wrapped.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(wrapped.serializeBinary());
  const prepared = new gateway.PreparedTransaction();
  prepared.setTransactionId(txId);
  prepared.setEnvelope(envelope);
  return prepared.serializeBinary();
}

/** Hands it to the orderers, who order whatever a writer of the channel signed. */
export async function order({ ledger }: Caller, bytes: Uint8Array): Promise<void> {
  await ledger.connection.run((one) => one.newTransaction(bytes).submit());
}

/** The transaction as a peer has it in its own blocks, once it is there. */
export async function readTransaction(
  { connection }: FabricLedger,
  txId: string,
): Promise<FabricTransaction> {
  const until = Date.now() + COMMIT_MS;
  const args = [connection.profile.channel, txId];
  for (;;) {
    try {
      const bytes = await callSystem(connection, 'qscc', 'GetBlockByTxID', args);
      const { transactions } = parseBlock(common.Block.deserializeBinary(bytes));
      const found = transactions.find((one) => one.txId === txId);
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof ChartsealError) || Date.now() > until) throw error;
    }
    await sleep(POLL_MS);
  }
}

export interface ForgedWrite {
  readonly key: string;
  readonly value: Uint8Array;
}

/** protos.ProposalResponsePayload that says that a call of the contract wrote this. */
export function forgePayload(
  { header, proposalPayload }: Asked,
  version: string,
  namespace: string,
  writes: readonly ForgedWrite[],
  chaincode = namespace,
): Uint8Array {
  const { TxReadWriteSet, NsReadWriteSet, kvrwset } = ledger.rwset;
  const rows = new kvrwset.KVRWSet();
  rows.setWritesList(
    writes.map(({ key, value }) => {
      const write = new kvrwset.KVWrite();
      write.setKey(key);
      write.setValue(value);
      return write;
    }),
  );
  const own = new NsReadWriteSet();
  own.setNamespace(namespace);
  own.setRwset(rows.serializeBinary());
  const results = new TxReadWriteSet();
  results.setDataModel(TxReadWriteSet.DataModel.KV);
  results.setNsRwsetList([own]);
  const response = new peer.Response();
  response.setStatus(200);
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  id.setVersion(version);
  const action = new peer.ChaincodeAction();
  action.setResults(results.serializeBinary());
  action.setResponse(response);
  action.setChaincodeId(id);
  const parsed = common.Header.deserializeBinary(header);
  const hashed = concat(
    parsed.getChannelHeader_asU8(),
    parsed.getSignatureHeader_asU8(),
    proposalPayload,
  );
  const payload = new peer.ProposalResponsePayload();
  payload.setProposalHash(sha256(hashed));
  payload.setExtension$(action.serializeBinary());
  return payload.serializeBinary();
}

/** The payload of an endorsed answer with members of the answer changed. */
export function forgeAnswer(payload: Uint8Array, members: object): Uint8Array {
  const forged = peer.ProposalResponsePayload.deserializeBinary(payload);
  const action = peer.ChaincodeAction.deserializeBinary(forged.getExtension_asU8());
  const response = action.getResponse() ?? new peer.Response();
  const answer = JSON.parse(Buffer.from(response.getPayload_asU8()).toString());
  response.setPayload(canonicalBytes({ ...answer, ...members }));
  forged.setExtension$(action.serializeBinary());
  return forged.serializeBinary();
}
