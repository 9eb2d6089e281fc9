// Parts of the client of a channel that need none: signatures, whom to ask, and what errors mean.
import { generateKeyPairSync, verify } from 'node:crypto';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorDetail, GatewayError } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';
import { expect } from 'chai';
import { utf8 } from '../../chaincode/core/bytes.js';
import { ERROR_CODES, type ErrorCode } from '../../chaincode/core/errors.js';
import { isLowS, parseEcdsaSignature } from '../../gateway/evidence/der.js';
import { invalidTransaction, isConflict } from '../../gateway/ledger/fabric/commit-codes.js';
import { EndorserSets } from '../../gateway/ledger/fabric/endorser-sets.js';
import {
  findContractError,
  isUncertain,
  toLedgerError,
  toOrderingError,
} from '../../gateway/ledger/fabric/fabric-errors.js';
import { parseP256Key, signP256 } from '../../gateway/ledger/fabric/signer.js';
import { expectCode } from '../support/expect-code.js';

function failure(code: status, messages: readonly string[] = [], text = 'failed'): GatewayError {
  const details: ErrorDetail[] = messages.map((message, index) => ({
    message,
    mspId: `Org${index}MSP`,
    address: `localhost:${index}`,
  }));
  const cause = Object.assign(new Error(text), { code, details: text, metadata: new Metadata() });
  return new GatewayError({ code, details, message: text, cause: cause as ServiceError });
}

describe('signer of a channel', () => {
  it('makes signatures that verify, with a low S', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = parseP256Key(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    for (let count = 0; count < 300; count++) {
      const message = utf8(`message ${count}`);
      const signature = signP256(key, message);
      expect(verify('sha256', message, publicKey, signature), `message ${count}`).to.equal(true);
      expect(isLowS(parseEcdsaSignature(signature, 'signature'))).to.equal(true);
    }
  });

  it('refuses keys of another kind', () => {
    const pem = { type: 'pkcs8', format: 'pem' } as const;
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pem);
    const ed25519 = generateKeyPairSync('ed25519').privateKey.export(pem);
    for (const key of [other, ed25519, 'no key']) {
      expectCode(() => parseP256Key(key.toString()), 'KEY_UNREADABLE');
    }
  });
});

describe('endorsers that are asked', () => {
  let now = 0;
  const sets = (count: number, required: readonly string[] = []) =>
    new EndorserSets({ from: ['A', 'B', 'C'], count, required }, new Map(), () => now);

  it('are the preferred ones, and others while one of them is down', () => {
    const two = sets(2);
    expect(two.choose()).to.deep.equal(['A', 'B']);
    two.avoidOrganisation('B');
    expect(two.choose()).to.deep.equal(['A', 'C']);
    two.avoidOrganisation('A');
    expect(two.choose()).to.deep.equal(['A', 'B']);
    now += 60_000;
    expect(two.choose()).to.deep.equal(['A', 'B']);
  });

  it('are those who failed longest ago when all failed, however long each is avoided', () => {
    const two = sets(2);
    two.avoidOrganisation('B', 300_000);
    expect(two.choose()).to.deep.equal(['A', 'C']);
    now += 20_000;
    expect(two.choose()).to.deep.equal(['A', 'C']);
    two.avoidOrganisation('C');
    expect(two.choose()).to.deep.equal(['A', 'B']);
    now += 300_000;
  });

  it('come as another set when nobody says which of them was missing', () => {
    const two = sets(2);
    const asked: string[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      now += 1;
      const set = two.choose();
      asked.push(set.join(''));
      two.avoidSet(set);
    }
    expect(asked).to.deep.equal(['AB', 'AC', 'BC', 'AB']);
  });

  it('hold the required ones in any case', () => {
    const two = sets(2, ['C']);
    expect(two.choose()).to.deep.equal(['A', 'C']);
    two.avoidOrganisation('A');
    expect(two.choose()).to.deep.equal(['B', 'C']);
    two.avoidOrganisation('C');
    expect(two.choose()).to.include('C');
    expect(sets(1, ['B', 'C']).choose()).to.deep.equal(['B', 'C']);
  });
});

describe('errors of a channel', () => {
  it('are the contract’s own when it is the contract that refused', () => {
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const message = `chaincode response 500, ${code} the text, with a comma`;
      expect(findContractError(message)?.code).to.equal(code);
      const error = toLedgerError(failure(status.UNKNOWN, [message]));
      expect([error.code, error.message]).to.deep.equal([code, 'the text, with a comma']);
    }
    expect(findContractError('ACCESS_DENIED said by a peer')).to.equal(undefined);
    const strange = 'chaincode response 500, NO_SUCH_CODE and content of a record';
    expect(findContractError(strange)?.code).to.equal('LEDGER_FAILED');
    expect(findContractError(strange)?.message).to.not.include('content');
  });

  it('follow from the status when a peer or an orderer speaks', () => {
    const cases: readonly [GatewayError, ErrorCode][] = [
      [failure(status.UNAVAILABLE), 'LEDGER_UNAVAILABLE'],
      [failure(status.DEADLINE_EXCEEDED), 'LEDGER_UNAVAILABLE'],
      [failure(status.ABORTED, ['could not launch chaincode']), 'LEDGER_UNAVAILABLE'],
      [failure(status.FAILED_PRECONDITION), 'LEDGER_UNAVAILABLE'],
      [failure(status.FAILED_PRECONDITION, ['whatever it says']), 'IDENTITY_REFUSED'],
      [failure(status.PERMISSION_DENIED), 'IDENTITY_REFUSED'],
      [failure(status.UNIMPLEMENTED), 'NOT_SUPPORTED'],
      [failure(status.INTERNAL), 'LEDGER_FAILED'],
    ];
    for (const [error, code] of cases) expect(toLedgerError(error).code).to.equal(code);
    expect(toLedgerError(new TypeError('ours')).code).to.equal('LEDGER_FAILED');
  });

  it('tell what orderers refuse from orderers that are away', () => {
    const refused = (name: string) =>
      toOrderingError(failure(status.ABORTED, [], `unsuccessful response: status=${name}, info=x`));
    expect(refused('FORBIDDEN').code).to.equal('IDENTITY_REFUSED');
    expect(refused('REQUEST_ENTITY_TOO_LARGE').code).to.equal('TOO_LARGE');
    expect(refused('SERVICE_UNAVAILABLE').code).to.equal('LEDGER_UNAVAILABLE');
    expect(toOrderingError(failure(status.UNAVAILABLE)).code).to.equal('LEDGER_UNAVAILABLE');
  });

  it('say whether a transaction may still take effect', () => {
    for (const code of [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]) {
      expect(isUncertain(failure(code))).to.equal(true);
    }
    expect(isUncertain(failure(status.ABORTED))).to.equal(false);
  });

  it('have a call made again only when another one came first', () => {
    const { MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT, ENDORSEMENT_POLICY_FAILURE, BAD_PAYLOAD } =
      peer.TxValidationCode;
    for (const code of [MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT]) {
      expect(isConflict(code)).to.equal(true);
      expect(invalidTransaction(code).code).to.equal('LEDGER_UNAVAILABLE');
    }
    for (const code of [ENDORSEMENT_POLICY_FAILURE, BAD_PAYLOAD]) {
      expect(isConflict(code)).to.equal(false);
      expect(invalidTransaction(code).code).to.equal('LEDGER_FAILED');
    }
  });
});
