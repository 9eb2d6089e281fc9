// What people send about inquiries: a question, an appeal, an answer.
import { ANSWER_MEMBERS, PRIVATE_VALUES } from '../../../chaincode/core/entry-shapes.js';
import { HASH_BYTES } from '../../../chaincode/core/limits.js';
import { hex, object, oneOf, tagged, text, time } from '../../../chaincode/core/shape.js';
import type { Outcome } from './thread.js';

/** With something in it that is no white space. */
const WORDS = text({ ...PRIVATE_VALUES.text, pattern: /\S/ });

export const QUESTION_INPUT = object({ question: WORDS, 'about?': hex(HASH_BYTES) });
export const APPEAL_INPUT = object({ question: WORDS });
export const ANSWER_INPUT = tagged('status', {
  'in-progress': object({ status: oneOf(['in-progress']), 'text?': WORDS, 'dueAt?': time() }),
  answered: object({
    status: oneOf(['answered']),
    outcome: ANSWER_MEMBERS['outcome?'],
    text: WORDS,
  }),
});

export interface QuestionInput {
  readonly question: string;
  /** Leaf hash of an entry of the own chain, hex. */
  readonly about?: string;
}

/** That it was taken up, or how it ended. */
export interface AnswerInput {
  readonly status: 'in-progress' | 'answered';
  readonly outcome?: Outcome;
  readonly text?: string;
  /** New time until which it will be answered. */
  readonly dueAt?: string;
}
