// The step about who or what a history is about: from the identifier to the label under which
// the log keeps its chain.
import { decodeBase64, decodeHex, encodeHex, equalBytes } from '../../chaincode/core/bytes.js';
import { ChartsealError } from '../../chaincode/core/errors.js';
import { sha256 } from '../../chaincode/core/hash.js';
import {
  labelFromBeta,
  logLabel,
  patientAlpha,
  recordAlpha,
  recordLabel,
} from '../../chaincode/core/labels.js';
import { HASH_BYTES } from '../../chaincode/core/limits.js';
import { checkPatientIdentifier } from '../../chaincode/core/patient-id.js';
import { VRF_PROOF_BYTES, vrfVerify } from '../../chaincode/core/vrf.js';
import type { HistorySubject, PatientSubject, RecordSubject } from './history.js';
import { attempt, type Finding, failed, notChecked, ok } from './steps.js';
import type { TrustedLog } from './trust.js';

export interface CheckedSubject {
  readonly finding: Finding;
  /** Absent when the step FAILED. */
  readonly label?: Uint8Array;
  /** Whether the label of a record was taken as the file gives it. */
  readonly labelOnly?: boolean;
}

function vrfLabel(log: TrustedLog, alpha: Uint8Array, proof: string): Uint8Array {
  const bytes = decodeBase64(proof, 'vrfProof', VRF_PROOF_BYTES);
  return labelFromBeta(vrfVerify(log.vrfKey, alpha, bytes));
}

function checkPatient(subject: PatientSubject, log: TrustedLog): CheckedSubject {
  const { system, value, vrfProof } = subject;
  const { patientSystems } = log.registration;
  const read = attempt('The patient', () => {
    checkPatientIdentifier(subject, patientSystems);
    return vrfLabel(log, patientAlpha(system, value), vrfProof);
  });
  if ('fault' in read) return { finding: read.fault };
  const named = patientSystems.some((one) => one.system === system);
  const note = named ? '' : " The log's registration gives no form for identifiers of this system.";
  const sentence = `The log has one chain for this identifier, and this is its label.${note}`;
  return { finding: ok(sentence), label: read.value };
}

function checkVrfRecord(subject: RecordSubject, log: TrustedLog): CheckedSubject {
  const read = attempt('The record', () => {
    const { vrfProof } = subject;
    if (vrfProof === undefined) throw new ChartsealError('BAD_INPUT', 'it has no vrfProof');
    const label = vrfLabel(log, recordAlpha(subject.id), vrfProof);
    if (encodeHex(label) !== subject.label) {
      throw new ChartsealError('BAD_INPUT', 'the label is not the one of this record');
    }
    return label;
  });
  if ('fault' in read) return { finding: read.fault };
  const finding = ok('The log has one chain for this record, and this is its label.');
  return { finding, label: read.value };
}

function checkRecordKey(subject: RecordSubject, log: TrustedLog, recordKey: Uint8Array): Finding {
  if (encodeHex(sha256(recordKey)) !== log.registration.recordKeyDigest) {
    return failed("The record key given is not the log's.");
  }
  const label = recordLabel(recordKey, subject.id);
  if (!equalBytes(label, decodeHex(subject.label, 'label', HASH_BYTES))) {
    return failed("The label is not the one that the log's record key gives this record.");
  }
  return ok('By the record key, the log has one chain for this record, and this is its label.');
}

function checkHmacRecord(
  subject: RecordSubject,
  log: TrustedLog,
  recordKey: Uint8Array | undefined,
  anyShown: boolean,
): CheckedSubject {
  if (subject.vrfProof !== undefined) {
    return { finding: failed('The log does not name records by VRF, but a vrfProof is given.') };
  }
  const label = decodeHex(subject.label, 'label', HASH_BYTES);
  if (recordKey !== undefined) {
    const finding = checkRecordKey(subject, log, recordKey);
    return finding.status === 'OK' ? { finding, label } : { finding };
  }
  const finding = anyShown
    ? ok('The entries shown name this record; the label is taken as the file gives it.')
    : notChecked('No entry is shown: nothing ties this record to the label but the record key.');
  return { finding, label, labelOnly: true };
}

/** @param anyShown whether the file shows an entry */
export function checkSubject(
  subject: HistorySubject,
  log: TrustedLog,
  recordKey: Uint8Array | undefined,
  anyShown: boolean,
): CheckedSubject {
  switch (subject.kind) {
    case 'patient':
      return checkPatient(subject, log);
    case 'record':
      return log.registration.recordLabels === 'vrf'
        ? checkVrfRecord(subject, log)
        : checkHmacRecord(subject, log, recordKey, anyShown);
    case 'log':
      return { finding: ok('The history is of the log itself.'), label: logLabel(log.origin) };
  }
}
