// The committed definitions of the contract, the newest last. Each was written by a transaction
// that had read the one before, so block and transaction of one lead to those of the other.
import { ledger, peer } from '@hyperledger/fabric-protos';
import { decodeBase64 } from '../../../chaincode/core/bytes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import type { FabricAttestation } from '../../evidence/fabric-endorsement.js';
import type { ContractDefinition } from '../../evidence/trust.js';
import type { FabricConnection } from './connection.js';
import { policyText } from './policy-text.js';
import { readBlock } from './system-call.js';

const NAMESPACE = '_lifecycle';
const LIFECYCLE = peer.lifecycle;

/** Where a key was written. */
interface Place {
  readonly block: number;
  readonly tx: number;
}

const keyOf = (chaincode: string, field: string) => `namespaces/fields/${chaincode}/${field}`;

function corrupt(what: string): never {
  throw new ChartsealError('LEDGER_CORRUPT', `the contract's definition ${what}`);
}

/** Reads and writes of the life cycle's own namespace in a read-write set. */
function lifecycleSet(results: Uint8Array) {
  const { TxReadWriteSet, kvrwset } = ledger.rwset;
  const sets = TxReadWriteSet.deserializeBinary(results).getNsRwsetList();
  const own = sets.find((set) => set.getNamespace() === NAMESPACE);
  if (own === undefined) return undefined;
  return kvrwset.KVRWSet.deserializeBinary(own.getRwset_asU8());
}

/** Where the definition in force was written, according to what a transaction read. */
function findPlace(results: Uint8Array, chaincode: string): Place | undefined {
  const sequence = keyOf(chaincode, 'Sequence');
  const read = lifecycleSet(results)
    ?.getReadsList()
    .find((one) => one.getKey() === sequence);
  const version = read?.getVersion();
  if (version === undefined) return undefined;
  return { block: version.getBlockNum(), tx: version.getTxNum() };
}

/** Values that a transaction wrote of the definition, by field. */
function writtenFields(results: Uint8Array, chaincode: string): ReadonlyMap<string, Uint8Array> {
  const prefix = keyOf(chaincode, '');
  const writes = lifecycleSet(results)?.getWritesList() ?? [];
  return new Map(
    writes
      .filter((write) => write.getKey().startsWith(prefix))
      .map((write) => [write.getKey().slice(prefix.length), write.getValue_asU8()]),
  );
}

const stateOf = (bytes: Uint8Array | undefined) =>
  LIFECYCLE.StateData.deserializeBinary(bytes ?? new Uint8Array());

function definitionOf(
  chaincode: string,
  { block, tx }: Place,
  fields: ReadonlyMap<string, Uint8Array>,
): ContractDefinition {
  const endorsement = LIFECYCLE.ChaincodeEndorsementInfo.deserializeBinary(
    stateOf(fields.get('EndorsementInfo')).getBytes_asU8(),
  );
  const validation = LIFECYCLE.ChaincodeValidationInfo.deserializeBinary(
    stateOf(fields.get('ValidationInfo')).getBytes_asU8(),
  );
  return {
    name: chaincode,
    version: endorsement.getVersion(),
    sequence: stateOf(fields.get('Sequence')).getInt64(),
    block,
    tx,
    endorsementPolicy: policyText(validation.getValidationParameter_asU8()),
  };
}

/** @param attestation of any answer of the contract: it read the definition in force */
export async function readDefinitions(
  connection: FabricConnection,
  attestation: FabricAttestation,
): Promise<readonly ContractDefinition[]> {
  const { chaincode } = connection.profile;
  const response = peer.ProposalResponsePayload.deserializeBinary(
    decodeBase64(attestation.payload, 'payload'),
  );
  const action = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  const commits: { place: Place; fields: ReadonlyMap<string, Uint8Array> }[] = [];
  let place = findPlace(action.getResults_asU8(), chaincode);
  if (place === undefined) corrupt('was not read by an endorsed answer');
  while (place !== undefined) {
    const { tx, block } = place;
    const { transactions } = await readBlock(connection, block);
    const commit = transactions.find(({ index }) => index === tx);
    if (commit?.code !== 'VALID') return corrupt(`is not in block ${block}, transaction ${tx}`);
    commits.unshift({ place, fields: writtenFields(commit.results, chaincode) });
    place = findPlace(commit.results, chaincode);
  }
  // A commit writes only what differs from the definition before.
  let fields: ReadonlyMap<string, Uint8Array> = new Map();
  return commits.map((commit) => {
    fields = new Map([...fields, ...commit.fields]);
    return definitionOf(chaincode, commit.place, fields);
  });
}
