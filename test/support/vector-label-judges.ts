// What the product's own code says about each case of test/vectors that is about labels, trust or
// the subject map. What would not have the shape of a file is put into a history to find out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeHex, encodeBase64, encodeHex } from '../../chaincode/core/bytes.js';
import { canonicalBytes } from '../../chaincode/core/canonical-json.js';
import {
  labelFromBeta,
  logLabel,
  patientAlpha,
  pseudonym,
  recordAlpha,
  recordLabel,
} from '../../chaincode/core/labels.js';
import { proveSubject, rootFromMapProof } from '../../chaincode/core/map-proof.js';
import { checkPatientIdentifier } from '../../chaincode/core/patient-id.js';
import type { Registration } from '../../chaincode/core/registration.js';
import { mapRoot } from '../../chaincode/core/subject-map.js';
import { vrfPublicKey, vrfVerify } from '../../chaincode/core/vrf.js';
import { deriveKeys } from '../../gateway/data/keys.js';
import type { HistorySubject, MapProofJson } from '../../gateway/evidence/history.js';
import { checkMap } from '../../gateway/evidence/map-check.js';
import { checkSubject } from '../../gateway/evidence/subject-check.js';
import { parseTrustFile, type TrustedLog } from '../../gateway/evidence/trust.js';
import { verifyHistory } from '../../gateway/evidence/verify-history.js';
import { mapOf } from '../core/map-samples.js';
import {
  bytesOf,
  codeOf,
  type Outcome,
  outcomeOf,
  type StateRow,
  stateOfRow,
  stepOutcome,
  type VectorRow,
} from './vector-outcome.js';

const read = (name: string) => readFileSync(join(process.cwd(), 'test/vectors/receipts/v1', name));
const history: object = JSON.parse(read('patient.history.json').toString());
const trust = parseTrustFile(read('sample.trust.json'));

/** Code of step format of a history with these members in place of its own, when not OK. */
function formatCode(changes: object): string | undefined {
  const bytes = canonicalBytes({ ...history, ...changes });
  const [format] = verifyHistory({ history: bytes, trust }).steps;
  expect(format?.step).to.equal('format');
  return format?.status === 'OK' ? undefined : format?.code;
}

export interface MapRow extends VectorRow {
  readonly label: string;
  readonly state: StateRow | null;
  readonly proof: MapProofJson;
  readonly root: string;
}

export function judgeMap(row: MapRow): Outcome {
  const { proof: mapProof } = row;
  const malformed = formatCode({ mapProof });
  if (malformed !== undefined) return outcomeOf(malformed, 'format');
  const [label, root] = [bytesOf(row.label), bytesOf(row.root)];
  const state = row.state === null ? undefined : stateOfRow(row.state);
  if (label.length !== 32) {
    const end = 'empty';
    return outcomeOf(codeOf(() => rootFromMapProof(label, undefined, { siblings: [], end })));
  }
  return stepOutcome(checkMap(label, state, mapProof, root), 'map');
}

export interface MapRoot {
  readonly map: string;
  readonly subjects: readonly { readonly label: string; readonly state: StateRow }[];
  readonly root: string;
}

/** Compares root and proofs of a map with those of our own code. */
export function checkMapOf(whole: MapRoot, rows: readonly MapRow[]): void {
  const map = mapOf(whole.subjects.map(({ label, state }) => [bytesOf(label), stateOfRow(state)]));
  expect(encodeHex(mapRoot(map)), whole.map).to.equal(whole.root);
  for (const { name, label, proof } of rows) {
    const { siblings, end } = proveSubject(map, bytesOf(label));
    const shown =
      typeof end === 'string' ? end : { label: encodeHex(end.label), value: encodeHex(end.value) };
    expect({ siblings: siblings.map(encodeHex), end: shown }, name).to.deep.equal(proof);
  }
}

export interface LabelRow extends VectorRow {
  readonly kind: string;
  readonly [member: string]: unknown;
}

function textOf(row: LabelRow, member: string): string {
  const value = row[member];
  if (typeof value !== 'string') throw new Error(`${row.name} has no text ${member}`);
  return value;
}

/** A log that names subjects by this VRF key. */
function logOf(vrfKey: Uint8Array, patientSystems: Registration['patientSystems']): TrustedLog {
  const [log] = [...trust.logsByOrigin.values()];
  if (log === undefined) throw new Error('the trust file names no log');
  return {
    ...log,
    vrfKey,
    registration: { ...log.registration, recordLabels: 'vrf', patientSystems },
  };
}

function alphaOf(row: LabelRow): Uint8Array {
  return row.kind === 'patient'
    ? patientAlpha(textOf(row, 'system'), textOf(row, 'value'))
    : recordAlpha(textOf(row, 'id'));
}

function subjectOf(row: LabelRow, proof: Uint8Array): HistorySubject {
  const vrfProof = encodeBase64(proof);
  if (row.kind === 'record-vrf') {
    return { kind: 'record', id: textOf(row, 'id'), label: textOf(row, 'label'), vrfProof };
  }
  return { kind: 'patient', system: textOf(row, 'system'), value: textOf(row, 'value'), vrfProof };
}

function judgeVrf(row: LabelRow): Outcome {
  const [publicKey, proof, alpha] = ['publicKey', 'proof', 'alpha'].map((member) =>
    bytesOf(textOf(row, member)),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  expect(encodeHex(alphaOf(row))).to.equal(textOf(row, 'alpha'));
  const code = codeOf(() => {
    const beta = vrfVerify(publicKey, alpha, proof);
    expect(encodeHex(beta)).to.equal(row['beta']);
    expect(encodeHex(labelFromBeta(beta))).to.equal(row['label']);
  });
  if (publicKey.length !== 32) return outcomeOf(code);
  const subject = subjectOf(row, proof);
  const malformed = formatCode({ subject });
  if (malformed !== undefined) return outcomeOf(code, 'format');
  const checked = checkSubject(subject, logOf(publicKey, []), undefined, true);
  expect(checked.finding.code).to.equal(code);
  return stepOutcome(checked.finding, 'subject');
}

function judgeIdentifier(row: LabelRow): Outcome {
  const [system, value] = [textOf(row, 'system'), textOf(row, 'value')];
  const systems = row['patientSystems'] as Registration['patientSystems'];
  const code = codeOf(() => checkPatientIdentifier({ system, value }, systems));
  if (code === undefined) return 'ok';
  const vrfProof = encodeBase64(new Uint8Array(80));
  const log = logOf(decodeHex('00'.repeat(32), 'key', 32), systems);
  const { finding } = checkSubject(
    { kind: 'patient', system, value, vrfProof },
    log,
    undefined,
    true,
  );
  return stepOutcome(finding, 'subject');
}

/** Label, pseudonym or keys, computed anew and compared. */
function checkDerived(row: LabelRow): void {
  const key = (member: string) => bytesOf(textOf(row, member));
  switch (row.kind) {
    case 'record-hmac':
      expect(encodeHex(recordLabel(key('recordKey'), textOf(row, 'id')))).to.equal(row['label']);
      return;
    case 'log':
      expect(encodeHex(logLabel(textOf(row, 'origin')))).to.equal(row['label']);
      return;
    case 'pseudonym': {
      const made = pseudonym(key('pseudonymKey'), textOf(row, 'system'), textOf(row, 'value'));
      expect(encodeHex(made)).to.equal(row['pseudonym']);
      return;
    }
    case 'keys': {
      const keys = deriveKeys(key('masterKey'));
      for (const [name, bytes] of Object.entries(keys)) {
        expect(encodeHex(bytes)).to.equal(textOf(row, name));
      }
      expect(encodeHex(vrfPublicKey(keys.vrfKey))).to.equal(row['vrfPublicKey']);
      return;
    }
    default:
      throw new Error(`${row.kind} is no kind of label`);
  }
}

export function judgeLabel(row: LabelRow): Outcome {
  if (row.kind === 'patient' || row.kind === 'record-vrf') return judgeVrf(row);
  if (row.kind === 'identifier') return judgeIdentifier(row);
  checkDerived(row);
  return 'ok';
}

export interface TrustRow extends VectorRow {
  readonly file: string;
  readonly fingerprint?: string;
}

export function judgeTrust({ file, fingerprint }: TrustRow): Outcome {
  return outcomeOf(
    codeOf(() => {
      expect(parseTrustFile(Buffer.from(file, 'utf8')).fingerprint).to.equal(fingerprint);
    }),
  );
}
