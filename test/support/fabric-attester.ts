// Makes attestations of a Fabric channel with Fabric's own messages: as its endorsers would, or
// with any of their parts changed before it is signed.
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { concat, encodeBase64, encodeHex, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import { sha256 } from '../../chaincode/core/hash.js';
import type { FabricAttestation } from '../../gateway/evidence/fabric-endorsement.js';
import type { ContractDefinition, TrustFile } from '../../gateway/evidence/trust.js';
import { ecdsaDer, pemOf, sign } from './certificate-maker.js';
import { CHANNEL, type EvidenceLog } from './evidence-builder.js';
import { type Identity, MEMBERS, organisationOf, PEERS } from './fabric-consortium.js';

export const DEFINITION: ContractDefinition = {
  name: 'chartseal',
  version: '1.0',
  sequence: 1,
  block: 4,
  tx: 0,
  endorsementPolicy: "OutOf(2,'AuditorMSP.peer','HospitalAMSP.peer','HospitalBMSP.peer')",
};

/** A read of a key, and the block and transaction that wrote it; none when it is absent. */
export interface Read {
  readonly key: string;
  readonly written?: readonly [block: number, tx: number];
}

export interface AttestOptions {
  readonly endorsers?: readonly Identity[];
  readonly channel?: string;
  /** Name of the contract that answers. */
  readonly name?: string;
  readonly version?: string;
  readonly arguments?: readonly Uint8Array[];
  /** JSON of the request. */
  readonly request?: object;
  /** Reads of namespace _lifecycle. */
  readonly definitions?: readonly Read[];
  /** Changes of the messages before they are hashed and signed. */
  readonly onHeader?: (header: common.ChannelHeader) => void;
  readonly onExtension?: (extension: peer.ChaincodeHeaderExtension) => void;
  readonly onSignatureHeader?: (header: common.SignatureHeader) => void;
  readonly onSpec?: (spec: peer.ChaincodeSpec) => void;
  readonly onProposal?: (payload: peer.ChaincodeProposalPayload) => void;
  readonly onResults?: (results: ledger.rwset.TxReadWriteSet) => void;
  readonly onAction?: (action: peer.ChaincodeAction) => void;
  readonly onPayload?: (payload: peer.ProposalResponsePayload) => void;
  /** Changes of bytes. */
  readonly payloadBytes?: (bytes: Uint8Array) => Uint8Array;
  readonly proposalBytes?: (bytes: Uint8Array) => Uint8Array;
  readonly identityBytes?: (bytes: Uint8Array) => Uint8Array;
  /** DER of a signature from r ‖ s. */
  readonly signatureBytes?: (signature: Uint8Array) => Uint8Array;
}

const { kvrwset } = ledger.rwset;

function readOf({ key, written }: Read): ledger.rwset.kvrwset.KVRead {
  const read = new kvrwset.KVRead();
  read.setKey(key);
  if (written !== undefined) {
    const version = new kvrwset.Version();
    version.setBlockNum(written[0]);
    version.setTxNum(written[1]);
    read.setVersion(version);
  }
  return read;
}

export function namespaceOf(name: string, reads: readonly Read[]): ledger.rwset.NsReadWriteSet {
  const set = new kvrwset.KVRWSet();
  set.setReadsList(reads.map(readOf));
  const namespace = new ledger.rwset.NsReadWriteSet();
  namespace.setNamespace(name);
  namespace.setRwset(set.serializeBinary());
  return namespace;
}

export const sequenceKey = (name: string): string => `namespaces/fields/${name}/Sequence`;

function idOf(name: string, version = ''): peer.ChaincodeID {
  const id = new peer.ChaincodeID();
  id.setName(name);
  id.setVersion(version);
  return id;
}

export function identityBytes({ mspId, certificate }: Identity): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(utf8(pemOf(certificate)));
  return identity.serializeBinary();
}

function headers(options: AttestOptions, asker: Identity) {
  const { channel = CHANNEL, name = DEFINITION.name } = options;
  const signature = new common.SignatureHeader();
  signature.setCreator(identityBytes(asker));
  signature.setNonce(sha256(utf8('nonce')).subarray(0, 24));
  options.onSignatureHeader?.(signature);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(idOf(name));
  options.onExtension?.(extension);
  const header = new common.ChannelHeader();
  header.setType(common.HeaderType.ENDORSER_TRANSACTION);
  header.setChannelId(channel);
  header.setTxId(encodeHex(sha256(concat(signature.getNonce_asU8(), signature.getCreator_asU8()))));
  header.setExtension$(extension.serializeBinary());
  options.onHeader?.(header);
  return { header: header.serializeBinary(), signature: signature.serializeBinary() };
}

function proposal(options: AttestOptions, answer: Uint8Array): Uint8Array {
  const { name = DEFINITION.name } = options;
  const { logId, size, nonce } = JSON.parse(Buffer.from(answer).toString());
  const request = options.request ?? { logId, size, nonce };
  const input = new peer.ChaincodeInput();
  input.setArgsList([...(options.arguments ?? [utf8('readCheckpoint'), canonicalBytes(request)])]);
  const spec = new peer.ChaincodeSpec();
  spec.setType(peer.ChaincodeSpec.Type.NODE);
  spec.setChaincodeId(idOf(name));
  spec.setInput(input);
  options.onSpec?.(spec);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  options.onProposal?.(payload);
  const bytes = payload.serializeBinary();
  return options.proposalBytes?.(bytes) ?? bytes;
}

function action(options: AttestOptions, answer: Uint8Array): peer.ChaincodeAction {
  const { name = DEFINITION.name, version = DEFINITION.version } = options;
  const { block, tx } = DEFINITION;
  const definitions = options.definitions ?? [{ key: sequenceKey(name), written: [block, tx] }];
  const results = new ledger.rwset.TxReadWriteSet();
  results.setDataModel(ledger.rwset.TxReadWriteSet.DataModel.KV);
  results.setNsRwsetList([
    namespaceOf('_lifecycle', definitions),
    namespaceOf(name, [{ key: 'log', written: [6, 0] }, { key: 'checkpoint' }]),
  ]);
  options.onResults?.(results);
  const response = new peer.Response();
  response.setStatus(200);
  response.setPayload(answer);
  const made = new peer.ChaincodeAction();
  made.setResults(results.serializeBinary());
  made.setResponse(response);
  made.setChaincodeId(idOf(name, version));
  options.onAction?.(made);
  return made;
}

/** @param answer bytes of the contract's answer */
export function attestFabric(answer: Uint8Array, options: AttestOptions = {}): FabricAttestation {
  const { endorsers = PEERS } = options;
  const { header, signature } = headers(options, PEERS[0] as Identity);
  const asked = proposal(options, answer);
  const made = new peer.ProposalResponsePayload();
  made.setProposalHash(sha256(concat(header, signature, asked)));
  made.setExtension$(action(options, answer).serializeBinary());
  options.onPayload?.(made);
  const bytes = made.serializeBinary();
  const payload = options.payloadBytes?.(bytes) ?? bytes;
  const derOf = options.signatureBytes ?? ecdsaDer;
  return {
    type: 'fabric-endorsement/1',
    payload: encodeBase64(payload),
    endorsements: endorsers.map((endorser) => {
      const plain = identityBytes(endorser);
      const identity = options.identityBytes?.(plain) ?? plain;
      return {
        endorser: encodeBase64(identity),
        signature: encodeBase64(derOf(sign(endorser.key, concat(payload, identity)))),
      };
    }),
    channelHeader: encodeBase64(header),
    signatureHeader: encodeBase64(signature),
    proposalPayload: encodeBase64(asked),
  };
}

/** The trust file of a log on the channel of {@link MEMBERS}. */
export function fabricTrust(log: EvidenceLog, changes: Partial<TrustFile> = {}): TrustFile {
  return log.trustFile({
    ordering: 'raft',
    contract: [DEFINITION],
    organisations: MEMBERS.map(organisationOf),
    policy: { k: 2, required: [], tolerated: 0 },
    ...changes,
  });
}

/** Evidence of a log with another attestation of the same checkpoint. */
export function attestedAnew<File extends object>(
  file: File,
  answer: Uint8Array,
  options: AttestOptions = {},
): File {
  return { ...file, attestation: attestFabric(answer, options) };
}
