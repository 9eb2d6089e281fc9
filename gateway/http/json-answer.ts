// Answers in JSON: how the table of routes describes them, and how a handler gives them.
import type { JsonObject } from '../../chaincode/core/json.js';
import type { Shape } from '../../chaincode/core/shape.js';
import type { Answer, ApiAnswer } from './route.js';

export const describeJson = (description: string, shape: Shape): Answer => ({
  description,
  content: { type: 'application/json', shape },
});

export const answerJson = (body: object, status = 200): ApiAnswer => ({
  status,
  body: body as JsonObject,
});
