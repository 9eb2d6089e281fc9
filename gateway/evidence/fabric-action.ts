// What the endorsers signed: the contract's answer, of which contract it is, and that answering
// changed nothing.
import { ChartsealError } from '../../chaincode/core/errors.js';
import { readEndorsedAction } from './fabric-endorsement.js';
import {
  CHAINCODE_ID,
  KV_READ,
  KV_READ_WRITE_SET,
  NS_READ_WRITE_SET,
  TX_READ_WRITE_SET,
  VERSION,
} from './fabric-messages.js';
import { readMessage, type Values } from './protobuf.js';
import { attempt, type Finding, failed } from './steps.js';
import type { Trust } from './trust.js';

export interface CheckedAction {
  readonly proposalHash: Uint8Array;
  /** Bytes of the contract's answer. */
  readonly answer: Uint8Array;
  /** Name of the contract. */
  readonly name: string;
}

const LIFECYCLE = '_lifecycle';
const SEQUENCE_KEY = /^namespaces\/fields\/.*\/Sequence$/s;
const ANSWERED = 200;

interface Namespace {
  readonly name: string;
  readonly set: Values<typeof KV_READ_WRITE_SET>;
  readonly collections: number;
}

function readNamespaces(results: Uint8Array): Namespace[] {
  const { dataModel = 0, namespaces } = readMessage(results, TX_READ_WRITE_SET, 'the results');
  if (dataModel !== 0) {
    throw new ChartsealError('BAD_FORMAT', 'the results are of another data model');
  }
  const read = namespaces.map((bytes) => {
    const { namespace, readWriteSet, collections } = readMessage(
      bytes,
      NS_READ_WRITE_SET,
      'the results of a namespace',
    );
    const set = readMessage(readWriteSet ?? new Uint8Array(), KV_READ_WRITE_SET, 'the results');
    return { name: namespace ?? '', set, collections: collections.length };
  });
  if (new Set(read.map(({ name }) => name)).size !== read.length) {
    throw new ChartsealError('BAD_FORMAT', 'the results have a namespace twice');
  }
  return read;
}

interface ReadAction extends CheckedAction {
  readonly version: string;
  readonly status: number;
  readonly events: number;
  readonly namespaces: readonly Namespace[];
  /** Reads of definitions of contracts: key, and what wrote it last. */
  readonly definitions: readonly { readonly key: string; readonly written?: Written }[];
}

interface Written {
  readonly block: number;
  readonly tx: number;
}

function readVersion(bytes: Uint8Array): Written {
  const { block = 0, tx = 0 } = readMessage(bytes, VERSION, 'a version');
  return { block, tx };
}

function readDefinitions(namespaces: readonly Namespace[]): ReadAction['definitions'] {
  const reads = namespaces.find(({ name }) => name === LIFECYCLE)?.set.reads ?? [];
  return reads.flatMap((bytes) => {
    const { key = '', version } = readMessage(bytes, KV_READ, 'a read');
    // Read also where it is not needed: what a verifier cannot read it must not pass over.
    const written = version === undefined ? {} : { written: readVersion(version) };
    return SEQUENCE_KEY.test(key) ? [{ key, ...written }] : [];
  });
}

function readAction(payload: Uint8Array): ReadAction {
  const { proposalHash, action, response } = readEndorsedAction(payload);
  const none = new Uint8Array();
  const id = readMessage(action.chaincodeId ?? none, CHAINCODE_ID, "the contract's name");
  const namespaces = readNamespaces(action.results ?? none);
  return {
    proposalHash,
    answer: response.payload ?? none,
    name: id.name ?? '',
    version: id.version ?? '',
    status: response.status ?? 0,
    events: action.events?.length ?? 0,
    namespaces,
    definitions: readDefinitions(namespaces),
  };
}

function changes({ status, events, namespaces }: ReadAction): Finding | undefined {
  if (status !== ANSWERED) return failed(`The contract refused: status ${status}.`);
  const writes = namespaces.some(({ set }) => set.writes.length + set.metadataWrites.length > 0);
  if (writes) return failed('What was endorsed is no mere answer: it writes.');
  if (namespaces.some(({ collections }) => collections > 0)) {
    return failed('What was endorsed is no mere answer: it uses private data.');
  }
  return events > 0 ? failed('What was endorsed is no mere answer: it has an event.') : undefined;
}

function isPinned({ name, version, definitions }: ReadAction, trust: Trust): Finding | undefined {
  const named = trust.file.contract.filter((one) => one.name === name);
  if (named.length === 0) {
    return failed('Another contract answered than the trust file pins.');
  }
  const [read, ...others] = definitions;
  if (read?.key !== `namespaces/fields/${name}/Sequence` || others.length > 0) {
    return failed('The answer does not show which definition of the contract gave it.');
  }
  const { written } = read;
  const pinned = named.some(
    (one) => one.version === version && one.block === written?.block && one.tx === written.tx,
  );
  if (pinned) return undefined;
  const where =
    written === undefined ? 'none' : `block ${written.block}, transaction ${written.tx}`;
  return failed(
    `The contract answered by a definition that the trust file does not pin (${where}).`,
  );
}

/** What was endorsed, if it is an answer of a contract that the trust file pins. */
export function checkAction(
  payload: Uint8Array,
  trust: Trust,
): { readonly action: CheckedAction } | { readonly fault: Finding } {
  const read = attempt('What was endorsed', readAction, payload);
  if ('fault' in read) return read;
  const fault = changes(read.value) ?? isPinned(read.value, trust);
  return fault === undefined ? { action: read.value } : { fault };
}
