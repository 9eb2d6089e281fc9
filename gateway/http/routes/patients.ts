// Who opened a patient's file. A patient sees the own file alone, whatever is sent; staff name a
// patient by a pseudonym, and every look of theirs is an access event itself.
import { ACCESS_MEMBERS } from '../../../chaincode/core/entry-shapes.js';
import { ChartsealError } from '../../../chaincode/core/errors.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { hex, object } from '../../../chaincode/core/shape.js';
import { IDENTIFIER_SHAPE } from '../../services/submission.js';
import { ACCEPT_REFUSALS } from '../accepting.js';
import { withheldFromPatients } from '../display.js';
import {
  answerHistoryFile,
  ENTRIES,
  HISTORY_FILE_ANSWER,
  historyFile,
  WITHHOLD,
} from '../history-file.js';
import { historyPage, PAGE_ANSWER, PAGE_PARAMETERS } from '../history-page.js';
import { type Look, recordLook } from '../look.js';
import type { Access, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, ownPatient, textsWithheldFrom } from '../visibility.js';

const PATIENT: Access = { own: ['patient'] };
const STAFF: Access = { own: ['archivist', 'privacy-officer'] };
const TAG = 'Patients';
const FILE_NAME = 'access-history.json';

const PSEUDONYM: Parameter = {
  in: 'path',
  name: 'pseudonym',
  description: 'From POST /v1/patients/resolve.',
  shape: hex(HASH_BYTES),
};

const purposeOf = (required: boolean, description: string): Parameter => ({
  in: 'query',
  name: 'purpose',
  description,
  shape: ACCESS_MEMBERS.purpose,
  required,
});

const lookFor = ({ values }: ApiRequest): Look => ({
  action: 'R',
  purpose: String(values['purpose']),
});

const staffPatient = ({ values }: ApiRequest, { patients }: GatewayServices) =>
  patients.find(String(values['pseudonym']));

export const PATIENT_ROUTES: readonly Route[] = [
  {
    operationId: 'readOwnAccessHistory',
    method: 'GET',
    path: '/v1/patients/me/access-history',
    tag: TAG,
    summary: 'Who opened the own file, page by page.',
    access: PATIENT,
    parameters: PAGE_PARAMETERS,
    answers: { 200: PAGE_ANSWER },
    refusals: ['NOT_FOUND', 'PATIENT_NOT_NORMAL', 'NOT_PROVEN_YET', 'STORE_CORRUPT'],
    async handle(request, services) {
      const patient = ownPatient(callerOf(request));
      return { status: 200, body: await historyPage(request, services, patient, services.display) };
    },
  },
  {
    operationId: 'readOwnAccessHistoryFile',
    method: 'GET',
    path: '/v1/patients/me/access-history/file',
    tag: TAG,
    summary: 'Who opened the own file, whole, with its proof.',
    access: PATIENT,
    parameters: [WITHHOLD, ENTRIES],
    answers: { 200: HISTORY_FILE_ANSWER },
    refusals: ['PATIENT_NOT_NORMAL', 'NOT_PROVEN_YET', 'STORE_CORRUPT', 'TOO_LARGE'],
    async handle(request, { hospital, display }) {
      const patient = ownPatient(callerOf(request));
      const withheld = withheldFromPatients(display);
      const bytes = await historyFile(request, hospital, { patient }, withheld);
      return answerHistoryFile(bytes, FILE_NAME);
    },
  },
  {
    operationId: 'resolvePatient',
    method: 'POST',
    path: '/v1/patients/resolve',
    tag: TAG,
    summary: 'The pseudonym of a patient, so that no identifier stands in a URL.',
    description: 'Says nothing about whether there is such a patient.',
    access: STAFF,
    bodies: { 'application/json': { description: 'The identifier.', shape: IDENTIFIER_SHAPE } },
    answers: {
      200: {
        description: 'The pseudonym, until the gateway ends.',
        content: { type: 'application/json', shape: object({ pseudonym: hex(HASH_BYTES) }) },
      },
    },
    refusals: ['PATIENT_NOT_NORMAL'],
    async handle(request, { patients }) {
      const patient = (await request.json()) as unknown as PatientIdentifier;
      return { status: 200, body: { pseudonym: patients.resolve(patient) } };
    },
  },
  {
    operationId: 'readAccessHistory',
    method: 'GET',
    path: '/v1/patients/{pseudonym}/access-history',
    tag: TAG,
    summary: "Who opened a patient's file, page by page. The look itself is recorded.",
    access: STAFF,
    parameters: [
      PSEUDONYM,
      purposeOf(false, 'Code of v3-ActReason; required for the first page.'),
      ...PAGE_PARAMETERS,
    ],
    answers: { 200: PAGE_ANSWER },
    refusals: [
      'NOT_FOUND',
      'REQUEST_CONFLICT',
      'NOT_PROVEN_YET',
      'STORE_CORRUPT',
      ...ACCEPT_REFUSALS,
    ],
    async handle(request, services) {
      const { purpose, cursor } = request.values;
      if (purpose === undefined && cursor === undefined) {
        throw new ChartsealError('REQUEST_CONFLICT', 'the first page needs the parameter purpose');
      }
      const patient = staffPatient(request, services);
      const texts = textsWithheldFrom(callerOf(request));
      const body = await historyPage(request, services, patient, 'name', texts);
      if (cursor === undefined) await recordLook(request, services, patient, lookFor(request));
      return { status: 200, body };
    },
  },
  {
    operationId: 'readAccessHistoryFile',
    method: 'GET',
    path: '/v1/patients/{pseudonym}/access-history/file',
    tag: TAG,
    summary: "Who opened a patient's file, whole, with its proof. The look itself is recorded.",
    access: STAFF,
    parameters: [PSEUDONYM, purposeOf(true, 'Code of v3-ActReason.'), WITHHOLD, ENTRIES],
    answers: { 200: HISTORY_FILE_ANSWER },
    refusals: ['NOT_FOUND', 'NOT_PROVEN_YET', 'STORE_CORRUPT', 'TOO_LARGE', ...ACCEPT_REFUSALS],
    async handle(request, services) {
      const patient = staffPatient(request, services);
      const texts = textsWithheldFrom(callerOf(request));
      const bytes = await historyFile(request, services.hospital, { patient }, texts);
      await recordLook(request, services, patient, lookFor(request));
      return answerHistoryFile(bytes, FILE_NAME);
    },
  },
];
