// Attestations with a fault in what was endorsed and in what was asked, each signed by all.
import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { concat, encodeBase64, utf8 } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { FabricAttestation } from '../../gateway/evidence/fabric-endorsement.js';
import {
  type AttestOptions,
  attestFabric,
  DEFINITION,
  namespaceOf,
  type Read,
  sequenceKey,
} from './fabric-attester.js';
import { answer, attested, type FabricCase, log, SIZE, unattested } from './fabric-case.js';

const { kvrwset } = ledger.rwset;
const { block, tx } = DEFINITION;
const OURS: Read = { key: sequenceKey(DEFINITION.name), written: [block, tx] };

type Changes = readonly [name: string, options: AttestOptions, says: RegExp, newer?: true];

const cases = (rows: readonly Changes[]): FabricCase[] =>
  rows.map(([name, options, says, newer]) =>
    unattested(name, attested(options), says, newer === undefined ? {} : { newer }),
  );

const NEWER_ACTION = /^What was endorsed is newer than this verifier/;

const more = (bytes: Uint8Array) => concat(bytes, Uint8Array.of(0x78, 1));

/** With one more namespace, or the contract's with another set. */
function results(change: (namespace: ledger.rwset.NsReadWriteSet) => void): AttestOptions {
  return {
    onResults: (set) => {
      const namespace = namespaceOf('other', []);
      change(namespace);
      set.addNsRwset(namespace);
    },
  };
}

function written(change: (set: ledger.rwset.kvrwset.KVRWSet) => void): AttestOptions {
  return results((namespace) => {
    const set = new kvrwset.KVRWSet();
    change(set);
    namespace.setRwset(set.serializeBinary());
  });
}

function writes(): FabricCase[] {
  const write = new kvrwset.KVWrite();
  write.setKey('a');
  const metadata = new kvrwset.KVMetadataWrite();
  metadata.setKey('a');
  const status = (value: number): AttestOptions => ({
    onAction: (action) => action.getResponse()?.setStatus(value),
  });
  return cases([
    ['action-that-writes', written((set) => set.addWrites(write)), /it writes/],
    ['action-that-writes-metadata', written((set) => set.addMetadataWrites(metadata)), /it writes/],
    [
      'action-with-private-data',
      results((namespace) =>
        namespace.addCollectionHashedRwset(new ledger.rwset.CollectionHashedReadWriteSet()),
      ),
      /it uses private data/,
    ],
    [
      'action-with-an-event',
      { onAction: (action) => action.setEvents(Uint8Array.of(10, 1, 97)) },
      /it has an event/,
    ],
    ['action-with-status-500', status(500), /The contract refused: status 500/],
    ['action-with-status-0', status(0), /The contract refused: status 0/],
    ['action-with-status-201', status(201), /The contract refused: status 201/],
    [
      'results-of-a-namespace-twice',
      results((namespace) => namespace.setNamespace('_lifecycle')),
      /^What was endorsed: the results have a namespace twice/,
    ],
    [
      'results-of-another-data-model',
      { onResults: (set) => set.setDataModel(1 as 0) },
      /another data model/,
    ],
  ]);
}

function definitions(): FabricCase[] {
  const unnamed = /does not show which definition of the contract gave it/;
  const unpinned = /by a definition that the trust file does not pin/;
  const reads = (...definitions: Read[]): AttestOptions => ({ definitions });
  const elsewhere = results((namespace) => {
    const read = namespaceOf('other', [OURS]);
    namespace.setRwset(read.getRwset_asU8());
  });
  const weak = { key: sequenceKey('weak'), written: [block, tx] } as const;
  return cases([
    ['contract-of-another-name', { name: 'weak' }, /Another contract answered/],
    [
      'contract-of-another-name-asked-as-ours',
      { onAction: (action) => action.getChaincodeId()?.setName('weak') },
      /Another contract answered/,
    ],
    ['contract-without-a-name', { onAction: (action) => action.clearChaincodeId() }, /Another/],
    ['contract-of-another-version', { version: '1.1' }, unpinned],
    ['contract-without-a-version', { version: '' }, unpinned],
    ['definition-not-read', reads(), unnamed],
    ['definition-read-in-another-namespace', { ...elsewhere, ...reads() }, unnamed],
    ['definition-that-is-absent', reads({ key: OURS.key }), /does not pin \(none\)/],
    ['definition-of-another-block', reads({ ...OURS, written: [block + 1, tx] }), unpinned],
    ['definition-of-another-transaction', reads({ ...OURS, written: [block, tx + 1] }), unpinned],
    ['definition-of-block-0', reads({ ...OURS, written: [0, 0] }), unpinned],
    ['definition-of-another-contract', reads(weak), unnamed],
    ['definition-of-another-contract-too', reads(OURS, weak), unnamed],
    ['definition-of-another-contract-before', reads(weak, OURS), unnamed],
    ['definition-read-twice', reads(OURS, OURS), unnamed],
  ]);
}

function payloads(): FabricCase[] {
  const what = /^What was endorsed: /;
  return cases([
    ['payload-empty', { payloadBytes: () => new Uint8Array() }, what],
    ['payload-without-an-action', { onPayload: (one) => one.setExtension$('') }, what],
    ['payload-without-a-response', { onAction: (action) => action.clearResponse() }, what],
    ['payload-with-a-field-twice', { payloadBytes: (bytes) => concat(bytes, bytes) }, what],
    ['payload-cut-short', { payloadBytes: (bytes) => bytes.subarray(0, -1) }, what],
    ['payload-with-a-new-field', { payloadBytes: more }, NEWER_ACTION, true],
    ['payload-with-a-long-number', { payloadBytes: (bytes) => bytes.with(1, 0xa0) }, what],
  ]);
}

function proposals(): FabricCase[] {
  const other = attestFabric(answer, {
    onSignatureHeader: (header) => header.setNonce(utf8('another nonce')),
    onHeader: (header) => header.setEpoch(1),
    request: { logId: log.logId, size: SIZE, nonce: 'aa' },
  });
  const good = attested();
  const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  const [channel, signature] = [bytesOf(good.channelHeader), bytesOf(good.signatureHeader)];
  const notEndorsed = /is not the one that was endorsed/;
  const moved = {
    ...good,
    channelHeader: encodeBase64(concat(channel, signature)),
    signatureHeader: '',
  };
  return [
    ...(['channelHeader', 'signatureHeader', 'proposalPayload'] as const).map((part) =>
      unattested(`proposal-with-another-${part}`, { ...good, [part]: other[part] }, notEndorsed),
    ),
    unattested(
      'proposal-hash-empty',
      attested({ onPayload: (one) => one.setProposalHash('') }),
      notEndorsed,
    ),
    unattested('proposal-with-its-parts-moved', moved, /^The proposal: the channel header /),
    ...cases(asked()),
  ];
}

function asked(): Changes[] {
  const spec = (change: (spec: peer.ChaincodeSpec) => void): AttestOptions => ({ onSpec: change });
  const call = (change: (input: peer.ChaincodeInput) => void): AttestOptions =>
    spec((one) => change(one.getInput() ?? new peer.ChaincodeInput()));
  const header = (onHeader: (one: common.ChannelHeader) => void): AttestOptions => ({ onHeader });
  const { ENDORSER_TRANSACTION: _, CONFIG, MESSAGE } = common.HeaderType;
  const named = (name: string) => {
    const id = new peer.ChaincodeID();
    id.setName(name);
    return id;
  };
  const beside = /^The proposal: the proposal has data beside its arguments/;
  const elsewhere = /^The proposal is to another contract than answered/;
  return [
    [
      'proposal-of-type-config',
      header((one) => one.setType(CONFIG)),
      /no transaction of a contract/,
    ],
    ['proposal-of-type-0', header((one) => one.setType(MESSAGE)), /no transaction of a contract/],
    ['proposal-of-another-channel', { channel: 'another' }, /is of another channel/],
    [
      'proposal-of-another-transaction-id',
      header((one) => one.setTxId('00'.repeat(32))),
      /its own/,
    ],
    ['proposal-without-an-extension', header((one) => one.setExtension$('')), /^The proposal: /],
    [
      'proposal-without-a-nonce',
      { onSignatureHeader: (one) => one.setNonce('') },
      /^The proposal: /,
    ],
    [
      'proposal-header-to-another-contract',
      { onExtension: (extension) => extension.setChaincodeId(named('weak')) },
      elsewhere,
    ],
    ['proposal-to-another-contract', spec((one) => one.setChaincodeId(named('weak'))), elsewhere],
    ['proposal-to-set-up-the-contract', call((one) => one.setIsInit(true)), /set up the contract/],
    [
      'proposal-with-decorations',
      call((one) => one.getDecorationsMap().set('a', Uint8Array.of(1))),
      beside,
    ],
    [
      'proposal-with-transient-data',
      { onProposal: (one) => one.getTransientmapMap().set('a', Uint8Array.of(1)) },
      beside,
    ],
    ['proposal-with-a-new-field', { proposalBytes: more }, /^The proposal is newer/, true],
    ['proposal-without-a-call', { onProposal: (one) => one.setInput('') }, /lacks a call/],
    ...requests(),
  ];
}

function requests(): Changes[] {
  const name = utf8('readCheckpoint');
  const right = { logId: log.logId, size: SIZE };
  const json = canonicalBytes(right);
  const none = /^The proposal asks for no checkpoint/;
  const args = (...given: Uint8Array[]): AttestOptions => ({ arguments: given });
  const other = (member: string) => new RegExp(`asked about another ${member} than`);
  return [
    ['request-to-another-transaction', args(utf8('readLog'), json), none],
    ['request-by-another-name', args(utf8('chartseal:readCheckpoint'), json), none],
    ['request-of-one-argument', args(name), none],
    ['request-of-three-arguments', args(name, json, json), none],
    ['request-of-no-arguments', args(), none],
    ['request-that-is-no-json', args(name, utf8('{')), /^The request is not JSON\.$/],
    ['request-that-is-a-list', args(name, utf8('[]')), /The request is not an object/],
    ['request-for-another-log', { request: { ...right, logId: '11'.repeat(32) } }, other('logId')],
    ['request-for-another-size', { request: { ...right, size: 4 } }, other('size')],
    ['request-for-the-newest-size', { request: { logId: log.logId } }, other('size')],
    ['request-for-no-size', { request: { ...right, size: null } }, other('size')],
    ['request-with-a-nonce', { request: { ...right, nonce: 'aa' } }, other('nonce')],
    ['request-with-more', { request: { ...right, more: 1 } }, other('member')],
  ];
}

/** Answers that are not about this checkpoint. */
function answers(): FabricCase[] {
  const about = (member: string) => new RegExp(`answer is about another ${member}\\.`);
  const changed = (name: string, changes: Record<string, unknown>, says: RegExp): FabricCase =>
    unattested(name, attestFabric(log.answer(SIZE, changes)), says);
  return [
    changed('answer-of-another-channel', { channel: 'another' }, about('channel')),
    changed('answer-of-another-size', { size: 4 }, about('size')),
    changed('answer-of-another-root', { root: '11'.repeat(32) }, about('root')),
    changed('answer-of-another-closing-leaf', { closingLeaf: null }, /^The attested answer: /),
    unattested(
      'answer-empty',
      attested({ onAction: (one) => one.getResponse()?.setPayload('') }),
      /^The attested answer: /,
    ),
  ];
}

/** With a read of namespace _lifecycle more that is no definition's, of this version. */
const alsoRead = (...version: number[]): AttestOptions => ({
  onResults: (set) => {
    const [lifecycle] = set.getNsRwsetList();
    const read = [0x0a, 1, 0x61, 0x12, version.length, ...version];
    const bytes = Uint8Array.of(0x0a, read.length, ...read);
    lifecycle?.setRwset(concat(lifecycle.getRwset_asU8(), bytes));
  },
});

/** All that is read is read before any of it is compared. */
function readings(): FabricCase[] {
  const twice = (...set: number[]) =>
    results((namespace) => {
      namespace.setNamespace('_lifecycle');
      namespace.setRwset(Uint8Array.from(set));
    });
  return cases([
    ['lifecycle-other-read-version-cut-short', alsoRead(8), /^What was endorsed: a version /],
    ['lifecycle-other-read-version-newer', alsoRead(0x18, 1), NEWER_ACTION, true],
    ['namespace-twice-with-a-newer-set', twice(0x78, 1), NEWER_ACTION, true],
    ['namespace-twice-with-a-set-cut-short', twice(0x0a), /^What was endorsed: the results end/],
  ]);
}

export function answerCases(): FabricCase[] {
  return [
    ...payloads(),
    ...writes(),
    ...definitions(),
    ...proposals(),
    ...answers(),
    ...readings(),
  ];
}

/** An honest attestation whose contract was looked up by one read more. */
export const readingMore = (): FabricAttestation => attested(alsoRead(8, 1));
