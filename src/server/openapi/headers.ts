// Headers of answers, for the document.

import type { JsonObject } from './components.ts';

const text = (description: string, example: string): JsonObject => ({
  description,
  schema: { type: 'string', examples: [example] },
});

const requestId = text(
  'Id of the request; the log of the service has it, too.',
  '7a3e9d0c-5b7f-4a58-9c37-1f2d0f4b7c11',
);
const location = text('Where what was made is to be found.', '/v1/comparisons/0f8fad5b-d9cb-469f-a165-70867728950e');
const replayed: JsonObject = {
  description: 'The key has come before; this is the answer that it got then.',
  schema: { type: 'string', enum: ['true'] },
};
const retryAfter = text('Seconds after which it is worth another try, where that is known.', '5');
const authenticate = text('What the service wants to see.', 'Bearer realm="stallscope"');
const upgrade = text('What the address speaks.', 'websocket');

/** Where the service has a limit. */
const rateLimit: JsonObject = {
  'ratelimit-limit': text('Requests that one client may send in a minute.', '6000'),
  'ratelimit-remaining': text('Those that are left.', '5999'),
  'ratelimit-reset': text('Seconds until there are as many again.', '60'),
};

/** `operation` as the document has it. */
export function headersOf(status: number, operation: JsonObject): JsonObject {
  const parameters = (operation.parameters ?? []) as JsonObject[];
  // A call on something makes nothing that could be found elsewhere.
  const makes = !parameters.some((parameter) => parameter.in === 'path');
  const takesKey = parameters.some((parameter) => String(parameter.name).toLowerCase() === 'idempotency-key');
  return {
    'x-request-id': requestId,
    ...(String(operation.tags) === 'health' ? {} : rateLimit),
    ...(takesKey && status < 300 ? { 'idempotency-replayed': replayed } : {}),
    ...(takesKey && makes && (status === 201 || status === 202) ? { location } : {}),
    ...(status === 401 ? { 'www-authenticate': authenticate } : {}),
    ...(status === 426 ? { upgrade } : {}),
    ...(status === 429 || status === 503 ? { 'retry-after': retryAfter } : {}),
  };
}
