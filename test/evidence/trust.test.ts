import { expect } from 'chai';
import { encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import type { ErrorCode } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { logIdOf } from '../../chaincode/core/registration.js';
import {
  formatTrustFile,
  type LogTrust,
  parseTrustFile,
  type TrustFile,
} from '../../gateway/evidence/trust.js';
import { MSP } from '../support/evidence-builder.js';
import { DOCUMENT, INDEX, PATIENT, sampleLog } from '../support/evidence-sample.js';
import {
  expectVerdict,
  judgeHistory,
  judgeReceipt,
  trustOf,
} from '../support/evidence-verdicts.js';
import { expectCode } from '../support/expect-code.js';
import { makeMember, organisationOf } from '../support/fabric-consortium.js';

const log = sampleLog();
const file = log.trustFile();
const [own] = file.logs as [LogTrust];
const other = { mspId: 'HospitalBMSP', roots: [], intermediates: [], revoked: [] };

function refused(given: object, code: ErrorCode = 'BAD_INPUT'): void {
  expectCode(() => parseTrustFile(canonicalBytes(given)), code);
}

/** The log's trust with another registration, its id computed anew. */
function reregistered(changes: object): LogTrust {
  const registration = { ...own.registration, ...changes };
  return { ...own, registration, logId: encodeHex(logIdOf(registration)) };
}

describe('evidence/trust', () => {
  it('reads what it writes, and its fingerprint is the digest of its bytes', () => {
    const bytes = formatTrustFile(file);
    const trust = parseTrustFile(bytes);
    expect(trust.file).to.deep.equal(file);
    expect(trust.fingerprint).to.equal(encodeHex(sha256(bytes)));
    expect(trust.logsByOrigin.get(log.origin)?.logId).to.equal(log.logId);
  });

  it('reads a trust file of a consortium', () => {
    const definition = {
      name: 'chartseal',
      version: '1.0',
      sequence: 1,
      block: 4,
      tx: 0,
      endorsementPolicy: "OutOf(2,'A.peer','B.peer','C.peer')",
    };
    const owner = organisationOf(makeMember(MSP, true));
    const [inner = ''] = owner.intermediates;
    const consortium: TrustFile = {
      ...file,
      ordering: 'bft',
      contract: [definition],
      organisations: [
        { ...owner, intermediates: [inner, inner], revoked: ['0', '1f'] },
        organisationOf(makeMember(other.mspId)),
      ],
      policy: { k: 2, required: ['HospitalBMSP'], tolerated: 1 },
      pinnedCheckpoints: [{ origin: log.origin, size: 4, root: '00'.repeat(32) }],
    };
    expect(trustOf(consortium).file).to.deep.equal(consortium);
  });

  it('refuses a log whose id, origin or keys are not those of its registration', () => {
    refused({ ...file, logs: [{ ...own, logId: '00'.repeat(32) }] });
    refused({ ...file, logs: [{ ...own, origin: 'hospital-b.example/archive' }] });
    for (const changes of [{ description: 'x' }, { mspId: 'x' }, { recordLabels: 'vrf' }]) {
      const registration = { ...own.registration, ...changes };
      refused({ ...file, logs: [{ ...own, registration }] });
    }
    const zeros = Buffer.alloc(32).toString('base64');
    refused({ ...file, logs: [reregistered({ noteKey: zeros })] }, 'BAD_INPUT');
  });

  it('refuses what contradicts itself', () => {
    const { organisations, policy } = file;
    const second = { ...other, roots: ['AAAA'] };
    const contradictions: Partial<TrustFile>[] = [
      { logs: [own, own] },
      { organisations: [...organisations, ...organisations] },
      { organisations: [] },
      { organisations: [{ ...other, mspId: MSP, roots: ['AAAA'] }, second] },
      { organisations: [{ ...other, mspId: MSP, intermediates: ['AAAA'] }, second] },
      { policy: { ...policy, k: 2 } },
      { policy: { ...policy, k: 0 } },
      { policy: { ...policy, tolerated: 1 } },
      { policy: { ...policy, required: ['HospitalBMSP'] } },
      { policy: { ...policy, required: [MSP, MSP] } },
      {
        pinnedCheckpoints: ['00', '11'].map((byte) => ({
          origin: log.origin,
          size: 4,
          root: byte.repeat(32),
        })),
      },
    ];
    for (const changes of contradictions) refused({ ...file, ...changes });
  });

  it('refuses members that it does not know, and files that are no trust files', () => {
    refused({ ...file, more: 1 });
    refused({ ...file, ordering: 'solo' });
    refused({ ...file, organisations: [{ ...other, mspId: MSP, revoked: ['01'] }] });
    refused({ ...file, organisations: [{ ...other, mspId: MSP, roots: ['AAA'] }] });
    refused({ ...file, format: 'chartseal-trust/2' }, 'NEWER_VERSION');
    refused({ ...file, format: 'chartseal-receipt/1' }, 'BAD_FORMAT');
    expectCode(() => parseTrustFile(new Uint8Array()), 'BAD_JSON');
    const spaced = Buffer.concat([canonicalBytes(file), Buffer.from('\n')]);
    expectCode(() => parseTrustFile(spaced), 'BAD_FORMAT');
  });
});

describe('evidence/trust: every member counts', () => {
  const receipt = log.receipt(INDEX.archive);
  const history = log.history({ patient: PATIENT });

  function judged(changed: TrustFile, receiptSteps: string[], historySteps = receiptSteps): void {
    const trust = trustOf(changed);
    expectVerdict(judgeReceipt(receipt, trust, DOCUMENT), 'not proven', receiptSteps);
    expectVerdict(judgeHistory(history, trust), 'not proven', historySteps);
  }

  it('channel', () => judged({ ...file, channel: 'another' }, ['attestation']));

  it('ordering', () => judged({ ...file, ordering: 'raft' }, ['attestation']));

  it('organisations', () => {
    const policy = { k: 1, required: [], tolerated: 0 };
    judged({ ...file, organisations: [other], policy }, ['policy']);
  });

  it('policy', () => {
    const organisations = [...file.organisations, other];
    const policy = { k: 1, required: [MSP], tolerated: 0 };
    judged({ ...file, organisations, policy: { ...policy, k: 2 } }, ['policy']);
    judged({ ...file, organisations, policy: { ...policy, required: [other.mspId] } }, ['policy']);
    const trust = trustOf({ ...file, organisations, policy });
    expectVerdict(judgeReceipt(receipt, trust, DOCUMENT), 'unchanged');
  });

  it('pinnedCheckpoints', () => {
    const pinnedCheckpoints = [{ origin: log.origin, size: 10, root: '00'.repeat(32) }];
    judged({ ...file, pinnedCheckpoints }, ['checkpoint']);
  });

  it('logs, and in them each member of the registration, by the log id', () => {
    judged({ ...file, logs: [] }, ['checkpoint']);
    const { noteKey, vrfKey } = sampleLog({ seed: 2 }).registration;
    judged({ ...file, logs: [reregistered({ noteKey })] }, ['checkpoint']);
    judged(
      { ...file, logs: [reregistered({ vrfKey })] },
      ['attestation'],
      ['subject', 'attestation'],
    );
    const changes = [
      { recordKeyDigest: '00'.repeat(32) },
      { recordLabels: 'vrf' },
      { patientSystems: [{ system: 'x', form: 'text' }] },
      { description: 'Another archive' },
      { predecessor: '00'.repeat(32) },
      { txId: 'another' },
    ];
    for (const change of changes) {
      judged({ ...file, logs: [reregistered(change)] }, ['attestation']);
    }
    judged({ ...file, logs: [reregistered({ mspId: 'HospitalBMSP' })] }, ['attestation']);
  });
});
