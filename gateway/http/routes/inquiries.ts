// Inquiries: patients ask about the own file and appeal against answers; the privacy officer
// answers. Archivists see what is open, and no texts.
import type { JsonObject } from '../../../chaincode/core/json.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import type { PatientIdentifier } from '../../../chaincode/core/patient-id.js';
import { hex, integer, object, oneOf } from '../../../chaincode/core/shape.js';
import { formatTime } from '../../../chaincode/core/time.js';
import {
  INQUIRIES,
  INQUIRY,
  INQUIRY_MEMBERS,
  OWN_INQUIRIES,
  PLACE,
} from '../../client/wire-inquiries.js';
import { InquiryDesk } from '../../services/inquiries/desk.js';
import {
  ANSWER_INPUT,
  type AnswerInput,
  APPEAL_INPUT,
  QUESTION_INPUT,
  type QuestionInput,
} from '../../services/inquiries/input.js';
import {
  DEFAULT_PAGE,
  LISTED_STATES,
  type ListedState,
  MAX_PAGE,
  ownPage,
} from '../../services/inquiries/listing.js';
import type { Thread } from '../../services/inquiries/thread.js';
import { inquiryView } from '../../services/inquiries/view.js';
import { ACCEPT_REFUSALS } from '../accepting.js';
import { withheldFromPatients } from '../display.js';
import { HISTORY_EVENT } from '../history-event.js';
import { IDEMPOTENCY_KEY, keyOf } from '../idempotency.js';
import type { Access, Answer, ApiAnswer, ApiRequest, Parameter, Route } from '../route.js';
import type { GatewayServices } from '../services.js';
import { callerOf, ownPatient, STAFF, textsWithheldFrom } from '../visibility.js';

const PATIENT: Access = { own: ['patient'] };
const READERS: Access = { own: STAFF };
const OFFICER: Access = { own: ['privacy-officer'] };
const TAG = 'Inquiries';
const DAY_MS = 86_400_000;

const ID: Parameter = {
  in: 'path',
  name: 'id',
  description: 'Leaf hash of the first inquiry.',
  shape: hex(HASH_BYTES),
};
const CURSOR: Parameter = {
  in: 'query',
  name: 'cursor',
  description: 'The member next of the page before.',
  shape: PLACE,
};
const LIMIT: Parameter = {
  in: 'query',
  name: 'limit',
  description: `Inquiries of one page, ${DEFAULT_PAGE} when it is left out.`,
  shape: integer({ min: 1, max: MAX_PAGE }),
};
const STATE: Parameter = {
  in: 'query',
  name: 'state',
  description: 'Which; open when it is left out.',
  shape: oneOf(LISTED_STATES),
};
const KEY: Parameter = {
  ...IDEMPOTENCY_KEY,
  description: 'The same request may be sent again with it: it is taken once.',
};

const TOLD: Readonly<Record<number, Answer>> = {
  200: {
    description: 'The same was sent before; nothing was written.',
    content: { type: 'application/json', shape: INQUIRY },
  },
  201: {
    description: 'Durable; the inquiry as it is now.',
    content: { type: 'application/json', shape: INQUIRY },
  },
};

/** Of all that asks or answers. */
const REFUSALS = [
  'NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
  'STORE_CORRUPT',
  ...ACCEPT_REFUSALS,
] as const;

const idOf = ({ values }: ApiRequest) => String(values['id']);

const dueAt = ({ answerWithinDays }: GatewayServices) =>
  formatTime(Date.now() + answerWithinDays * DAY_MS);

function ownView({ hospital, display }: GatewayServices, thread: Thread): JsonObject {
  const withheld = withheldFromPatients(display);
  return inquiryView(hospital.store, thread, { nowMs: Date.now(), withheld });
}

/** What this caller is shown of all patients' inquiries. */
const deskOf = (request: ApiRequest, { hospital, patients }: GatewayServices) =>
  new InquiryDesk({
    hospital,
    nameOf: (patient) => patients.resolve(patient),
    withheld: textsWithheldFrom(callerOf(request)),
  });

const answerTold = (
  { duplicate }: { readonly duplicate: boolean },
  body: JsonObject,
): ApiAnswer => ({
  status: duplicate ? 200 : 201,
  body,
});

/** What is given with every question: whose it is, and until when it will be answered. */
function askedBy(request: ApiRequest, services: GatewayServices) {
  const patient: PatientIdentifier = ownPatient(callerOf(request));
  return { patient, dueAt: dueAt(services), key: keyOf(request) };
}

function pageOf({ values, signal }: ApiRequest) {
  const { state = 'open', cursor, limit = DEFAULT_PAGE } = values;
  const place = cursor === undefined ? undefined : String(cursor);
  return { state: state as ListedState, limit: Number(limit), place, signal };
}

const PATIENT_ROUTES: readonly Route[] = [
  {
    operationId: 'askInquiry',
    method: 'POST',
    path: '/v1/patients/me/inquiries',
    tag: TAG,
    summary: 'A question about the own file, which the hospital answers.',
    access: PATIENT,
    parameters: [KEY],
    bodies: { 'application/json': { description: 'The question.', shape: QUESTION_INPUT } },
    answers: TOLD,
    refusals: [...REFUSALS, 'PATIENT_NOT_NORMAL', 'ACT_REFUSED', 'TOO_MANY_INQUIRIES'],
    async handle(request, services) {
      const asked = (await request.json()) as unknown as QuestionInput;
      const { inquiries } = services.hospital;
      const told = await inquiries.ask({ ...asked, ...askedBy(request, services) });
      return answerTold(told, ownView(services, told.thread));
    },
  },
  {
    operationId: 'appealInquiry',
    method: 'POST',
    path: '/v1/patients/me/inquiries/{id}/appeals',
    tag: TAG,
    summary: 'Goes on with an inquiry that was answered.',
    access: PATIENT,
    parameters: [ID, KEY],
    bodies: { 'application/json': { description: 'Why.', shape: APPEAL_INPUT } },
    answers: TOLD,
    refusals: [...REFUSALS, 'PATIENT_NOT_NORMAL', 'INQUIRY_STATE', 'TOO_MANY_INQUIRIES'],
    async handle(request, services) {
      const asked = (await request.json()) as unknown as QuestionInput;
      const { inquiries } = services.hospital;
      const given = { ...asked, ...askedBy(request, services) };
      const told = await inquiries.appeal(idOf(request), given);
      return answerTold(told, ownView(services, told.thread));
    },
  },
  {
    operationId: 'listOwnInquiries',
    method: 'GET',
    path: '/v1/patients/me/inquiries',
    tag: TAG,
    summary: 'What was asked about the own file, and what was answered.',
    access: PATIENT,
    parameters: [CURSOR, LIMIT],
    answers: {
      200: {
        description:
          'The newest first; `next` goes on. What is asked today is answered within answerWithinDays.',
        content: { type: 'application/json', shape: OWN_INQUIRIES },
      },
    },
    refusals: ['NOT_FOUND', 'PATIENT_NOT_NORMAL', 'STORE_CORRUPT'],
    async handle(request, services) {
      const { limit, place } = pageOf(request);
      const patient = ownPatient(callerOf(request));
      const all = await services.hospital.inquiries.ofPatient(patient);
      const { threads, ...rest } = ownPage(all, limit, place);
      const inquiries = threads.map((one) => ownView(services, one));
      const { answerWithinDays } = services;
      return { status: 200, body: { inquiries, ...rest, answerWithinDays } };
    },
  },
];

const STAFF_ROUTES: readonly Route[] = [
  {
    operationId: 'listInquiries',
    method: 'GET',
    path: '/v1/inquiries',
    tag: TAG,
    summary: 'What patients asked; without texts, but for the privacy officer.',
    description:
      'Open and overdue ones: the first to be answered first. All, and those that are answered: the newest first; a page may hold fewer than were asked for, and none, while `next` goes on.',
    access: READERS,
    parameters: [STATE, CURSOR, LIMIT],
    answers: {
      200: {
        description: 'One page, and how many are open in all.',
        content: { type: 'application/json', shape: INQUIRIES },
      },
    },
    refusals: ['NOT_FOUND', 'STORE_CORRUPT'],
    async handle(request, services) {
      return { status: 200, body: await deskOf(request, services).list(pageOf(request)) };
    },
  },
  {
    operationId: 'readInquiry',
    method: 'GET',
    path: '/v1/inquiries/{id}',
    tag: TAG,
    summary: 'An inquiry, and the entry that it asks about.',
    access: READERS,
    parameters: [ID],
    answers: {
      200: {
        description: 'With the event as the history shows it, where it asks about one.',
        content: {
          type: 'application/json',
          shape: object({ ...INQUIRY_MEMBERS, 'event?': HISTORY_EVENT }),
        },
      },
    },
    refusals: ['NOT_FOUND', 'STORE_CORRUPT'],
    async handle(request, services) {
      return { status: 200, body: await deskOf(request, services).read(idOf(request)) };
    },
  },
  {
    operationId: 'answerInquiry',
    method: 'POST',
    path: '/v1/inquiries/{id}/answers',
    tag: TAG,
    summary: 'What the hospital says to an inquiry: that it was taken up, or how it ended.',
    description:
      'Who answers stands in the log. An answer cannot be taken back; the patient may appeal against it. While it is in progress, what can be new is the time until which it will be answered.',
    access: OFFICER,
    parameters: [ID, KEY],
    bodies: { 'application/json': { description: 'The answer.', shape: ANSWER_INPUT } },
    answers: TOLD,
    refusals: [...REFUSALS, 'INQUIRY_STATE', 'REQUEST_CONFLICT'],
    async handle(request, services) {
      const input = (await request.json()) as unknown as AnswerInput;
      const { id, name } = callerOf(request);
      const actor = { id, ...(name === undefined ? {} : { name }) };
      const desk = deskOf(request, services);
      const told = await desk.answer(idOf(request), input, actor, keyOf(request));
      return answerTold(told, told.inquiry);
    },
  },
];

export const INQUIRY_ROUTES: readonly Route[] = [...PATIENT_ROUTES, ...STAFF_ROUTES];
