// Receipts and histories made on a live network, verified with the network and the hospital gone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes, canonicalJson } from '../../chaincode/core/canonical-json.js';
import { sha256 } from '../../chaincode/core/hash.js';
import { vrfPublicKey } from '../../chaincode/core/vrf.js';
import { createDataFolder } from '../../gateway/data/create.js';
import { type Attestation, isFabric } from '../../gateway/evidence/attestation.js';
import { checkAttestation } from '../../gateway/evidence/attestation-check.js';
import type { FabricAttestation } from '../../gateway/evidence/fabric-endorsement.js';
import { formatReceipt, type Receipt } from '../../gateway/evidence/receipt.js';
import { parseTrustFile, type TrustFile } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { verifyReceipt } from '../../gateway/evidence/verify-receipt.js';
import { openFabricLedger } from '../../gateway/ledger/fabric/fabric-ledger.js';
import { readFabricProfile } from '../../gateway/ledger/fabric/profile.js';
import { LogLedger, registerLog } from '../../gateway/ledger/log-ledger.js';
import { openHospital } from '../../gateway/services/hospital.js';
import { findDeployment } from '../../network/chaincode-deployment.js';
import { define } from '../../network/chaincode-lifecycle.js';
import { documentOf, expectVerdict, trustOf } from '../support/evidence-verdicts.js';
import { accessSubmission, recordSubmission } from '../support/hospital.js';
import { LIVE_TIMEOUT_MS, type LiveNetwork, liveNetwork } from '../support/live-network.js';
import { noteKey } from '../support/note-key.js';

const CONTENT = 'Discharge summary\n';
const RECORD = 'ward-3/discharge-summary';
const PATIENT = { system: 'urn:hospital-a', value: 'P1' };
const ORIGIN = 'attested.example/archive';
const WAIT_MS = 60_000;
/** CHARTSEAL_EVERY_BYTE=1 changes all; evidence/fabric-forged does, of an attestation made here. */
const STEP = process.env['CHARTSEAL_EVERY_BYTE'] ? 1 : 4;

/** All that is left of the hospital. */
interface Evidence {
  readonly receipt: Uint8Array;
  readonly history: Uint8Array;
  readonly trustFile: Uint8Array;
}

async function makeEvidence(live: LiveNetwork): Promise<Evidence> {
  const parent = await mkdtemp(join(tmpdir(), 'chartseal-attested-'));
  try {
    const folder = join(parent, 'data');
    await createDataFolder({
      ...{ folder, origin: ORIGIN, mspId: 'HospitalAMSP', description: 'attested' },
      ...{ recordLabels: 'hmac', patientSystems: [] },
      fabric: await readFabricProfile(live.profile('hospital-a')),
    });
    const hospital = await openHospital({ folder, operator: 'operator-1' });
    try {
      const { ordinal } = await hospital.sequencer.accept(recordSubmission(RECORD, 1, CONTENT));
      await hospital.sequencer.accept(accessSubmission(PATIENT.value, 'request 1'));
      expect(await hospital.sequencer.waitProven(WAIT_MS)).to.equal(true);
      return {
        receipt: formatReceipt(await hospital.receipts.make(ordinal)),
        history: canonicalBytes(await hospital.histories.make({ patient: PATIENT })),
        trustFile: hospital.trustFile(),
      };
    } finally {
      await hospital.close();
    }
  } finally {
    await rm(parent, { recursive: true });
  }
}

const read = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString()) as T;

/** 64 hex digits, quotes and a comma, in base64. */
const LOG_NAME_BYTES = Math.ceil((67 * 4) / 3);

describe('evidence of a live network', function () {
  this.timeout(120_000);
  const document = documentOf(CONTENT);
  let live: LiveNetwork;
  let evidence: Evidence;

  before(async function () {
    this.timeout(LIVE_TIMEOUT_MS);
    live = await liveNetwork();
    evidence = await makeEvidence(live);
  });

  const trust = (changes: Partial<TrustFile> = {}) =>
    trustOf({ ...read<TrustFile>(evidence.trustFile), ...changes });
  const judge = (receipt: Uint8Array, under = trust()) =>
    verifyReceipt({ receipt, trust: under, document });

  it('verifies offline, with nothing but its bytes and the trust file', () => {
    const receipt = judge(evidence.receipt);
    expectVerdict(receipt, 'unchanged');
    expect(receipt.checkpoint?.attestedBy).to.have.lengthOf(2);
    expect(receipt.checkpoint?.mspId).to.equal('HospitalAMSP');
    const history = verifyHistory({ history: evidence.history, trust: trust() });
    expectVerdict(history, 'complete');
    expect(history.events).to.have.lengthOf(1);
    // An answer names every log of its owner, and tests have given this one many.
    const others = receipt.checkpoint?.otherLogs?.length ?? 0;
    expect(evidence.receipt.length).to.be.below(8192 + others * LOG_NAME_BYTES);
  });

  it('is never unchanged with a byte of the receipt changed, nor complete with one of the history', () => {
    const under = trust();
    for (let at = 0; at < evidence.receipt.length; at += STEP) {
      const changed = evidence.receipt.with(at, (evidence.receipt[at] as number) ^ 1);
      expect(judge(changed, under).verdict, `byte ${at}`).to.not.equal('unchanged');
    }
    for (let at = 0; at < evidence.history.length; at += STEP * 2) {
      const history = evidence.history.with(at, (evidence.history[at] as number) ^ 1);
      const { verdict } = verifyHistory({ history, trust: under });
      expect(verdict, `byte ${at}`).to.not.match(/^complete/);
    }
  });

  it('is not proven with k above its endorsers, and says why', () => {
    const policy = { k: 3, required: [], tolerated: 0 };
    const outcome = judge(evidence.receipt, trust({ policy }));
    expectVerdict(outcome, 'not proven', ['policy']);
    const sentence = outcome.steps.find(({ step }) => step === 'policy')?.sentence;
    expect(sentence).to.equal('2 organisations attest, the trust file asks for 3.');
  });

  it('is not proven with an endorsement, a root or the definition of somebody else', () => {
    const receipt = read<Receipt>(evidence.receipt);
    const attestation = receipt.attestation as FabricAttestation;
    const [first, second] = attestation.endorsements;
    const swapped = [
      { ...first, signature: second?.signature },
      { ...second, signature: first?.signature },
    ];
    const forged = { ...receipt, attestation: { ...attestation, endorsements: swapped } };
    expectVerdict(judge(canonicalBytes(forged)), 'not proven', ['attestation']);
    const { organisations, contract } = read<TrustFile>(evidence.trustFile);
    const roots = organisations.map((one) => one.roots);
    const shifted = organisations.map((one, at) => ({
      ...one,
      roots: roots[(at + 1) % roots.length] as string[],
    }));
    expectVerdict(judge(evidence.receipt, trust({ organisations: shifted })), 'not proven', [
      'attestation',
    ]);
    const later = contract.map((one) => ({ ...one, block: one.block + 1 }));
    expectVerdict(judge(evidence.receipt, trust({ contract: later })), 'not proven', [
      'attestation',
    ]);
  });

  it('is not that of a second contract with a weak policy, whatever it answers', async () => {
    const { state } = live;
    const deployment = await findDeployment(state);
    if (deployment === undefined) throw new Error('the contract is deployed');
    const weak = { ...deployment, sequence: 1, policy: "OR('HospitalAMSP.peer')" };
    await define({ ...state, chaincode: 'weak' }, weak, () => undefined);
    const profile = await readFabricProfile(live.profile('hospital-a'));
    const ledger = await openFabricLedger({ ...profile, chaincode: 'weak' }, 'admin');
    try {
      const { publicKey } = noteKey(41);
      const secret = new Uint8Array(32).fill(140);
      const { logId, registration } = await registerLog(ledger, {
        ...{ origin: ORIGIN, noteKey: encodeBase64(publicKey), recordLabels: 'hmac' },
        ...{ vrfKey: encodeBase64(vrfPublicKey(secret)), patientSystems: [] },
        ...{ recordKeyDigest: encodeHex(sha256(secret)), description: 'as if it were ours' },
      });
      const answer = await new LogLedger(ledger, logId).readCheckpoint();
      const everybody = ['HospitalAMSP', 'HospitalBMSP', 'AuditorMSP'];
      const attestation: Attestation = await ledger.attest(canonicalJson({ logId }), everybody);
      expect(isFabric(attestation)).to.equal(true);
      const logs = [{ origin: ORIGIN, logId, registration }];
      const checkpoint = { origin: ORIGIN, size: 0, root: answer.root };
      const judged = (changes: Partial<TrustFile>) => {
        const under = trust({ logs, ...changes });
        const log = under.logsByOrigin.get(ORIGIN);
        if (log === undefined) throw new Error('the log is trusted');
        return checkAttestation({ attestation }, checkpoint, log, under).finding;
      };
      expect(judged({})).to.deep.equal({
        status: 'FAILED',
        sentence: 'Another contract answered than the trust file pins.',
      });
      const contract = read<TrustFile>(evidence.trustFile).contract;
      const renamed = contract.map((one) => ({ ...one, name: 'weak' }));
      expect(judged({ contract: renamed }).sentence).to.match(/does not pin \(block [0-9]+/);
    } finally {
      await ledger.close();
    }
    expect(parseTrustFile(evidence.trustFile).file.contract[0]?.name).to.equal('chartseal');
  });
});
