import { common, gateway, msp, peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import { formatAttestation } from '../../gateway/ledger/fabric/attest.js';

/** The second and the third stand the other way round by UTF-16, being below and beyond U+FFFF. */
const NAMES = ['AMSP', '\u{ff21}MSP', '\u{1d400}MSP'] as const;

function endorsement(mspId: string): peer.Endorsement {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  const endorsed = new peer.Endorsement();
  endorsed.setEndorser(identity.serializeBinary());
  endorsed.setSignature(utf8(`signature of ${mspId}`));
  return endorsed;
}

/** gateway.PreparedTransaction with endorsements of these organisations. */
function prepared(mspIds: readonly string[]): Uint8Array {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setEndorsementsList(mspIds.map(endorsement));
  const payload = new peer.ChaincodeActionPayload();
  payload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setPayload(payload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  const whole = new common.Payload();
  whole.setHeader(new common.Header());
  whole.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(whole.serializeBinary());
  const bytes = new gateway.PreparedTransaction();
  bytes.setEnvelope(envelope);
  return bytes.serializeBinary();
}

describe('an attestation of a channel', () => {
  it('holds its endorsements by the UTF-8 bytes of their organisations', () => {
    expect([...NAMES].sort()).to.not.deep.equal(NAMES);
    for (const order of [NAMES, [...NAMES].reverse(), [NAMES[1], NAMES[2], NAMES[0]]]) {
      const { endorsements } = formatAttestation(prepared(order));
      const found = endorsements.map(({ endorser, signature }) => [
        msp.SerializedIdentity.deserializeBinary(Buffer.from(endorser, 'base64')).getMspid(),
        Buffer.from(signature, 'base64').toString(),
      ]);
      expect(found).to.deep.equal(NAMES.map((name) => [name, `signature of ${name}`]));
    }
  });
});
