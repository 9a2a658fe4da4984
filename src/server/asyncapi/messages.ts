// Frames that every socket has, whatever its job is.

import { EDGE_ERRORS } from '../errors.ts';
import { STATUSES } from '../jobs/job.ts';
import type { JsonObject } from '../openapi/components.ts';
import { refTo } from '../openapi/components.ts';
import { topics } from '../result-schemas/records.ts';

const integer = (minimum: number, description: string): JsonObject => ({ type: 'integer', minimum, description });

function message(
  type: string,
  title: string,
  properties: JsonObject,
  required: string[],
  example: JsonObject,
): JsonObject {
  return {
    name: type,
    title,
    payload: {
      type: 'object',
      required: ['type', ...required],
      properties: { type: { const: type }, ...properties },
      additionalProperties: false,
    },
    examples: [{ payload: { type, ...example } }],
  };
}

const problem = {
  type: 'urn:stallscope:error:REQUEST_INVALID',
  ...EDGE_ERRORS.REQUEST_INVALID,
  code: 'REQUEST_INVALID',
};

export const frames: JsonObject = {
  subscribe: message(
    'subscribe',
    'What the client wants, from now on; at any time.',
    {
      topics: {
        type: 'array',
        items: { type: 'string', enum: [...topics] },
        maxItems: topics.length,
        uniqueItems: true,
        description: 'Topics to send. Absent: all.',
      },
      sinceSeq: integer(0, 'Send what comes after this number. Absent: go on from here.'),
    },
    [],
    { topics: ['stall', 'progress'], sinceSeq: 0 },
  ),
  gap: message(
    'gap',
    'These numbers will not come.',
    { fromSeq: integer(1, 'First.'), toSeq: integer(1, 'Last.'), dropped: integer(1, 'Of the topics asked for.') },
    ['fromSeq', 'toSeq', 'dropped'],
    { fromSeq: 257, toSeq: 512, dropped: 40 },
  ),
  error: message(
    'error',
    'The message was not understood; nothing has changed.',
    { problem: { $ref: refTo('Problem') } },
    ['problem'],
    { problem },
  ),
  heartbeat: message(
    'heartbeat',
    'Nothing has happened for a while, and the socket lives.',
    { lastSeq: integer(0, 'All up to this number has been sent.') },
    ['lastSeq'],
    { lastSeq: 512 },
  ),
  end: message(
    'end',
    'Nothing more will come; the socket closes.',
    {
      status: {
        type: 'string',
        enum: [...STATUSES, 'deleted', 'live', 'ended'],
        description: 'That of the job; of a live simulation whether it goes on.',
      },
    },
    ['status'],
    { status: 'succeeded' },
  ),
};
