// What an event stream is asked for in its address and its headers.

import Type from 'typebox';
import type { Topic } from '../lab/run-types.ts';
import { EdgeError } from './errors.ts';
import { TOPICS } from './event-log.ts';

export const StreamQuery = Type.Object(
  {
    topics: Type.Optional(
      Type.String({ maxLength: 256, description: `Separated by commas, of ${TOPICS.join(', ')}. Default: all.` }),
    ),
    sinceSeq: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Send what comes after this number. Default: everything that is kept.' }),
    ),
  },
  { additionalProperties: false },
);

export const StreamHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      pattern: '^([0-9]{1,15}|end)?$',
      description: 'As sinceSeq, and before it: what a browser sends by itself.',
    }),
  ),
});

export function topicsOf(text: string | undefined): Topic[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    const topic = TOPICS.find((candidate) => candidate === name);
    if (topic === undefined) {
      const message = `must be topics, separated by commas, of ${TOPICS.join(', ')}; got "${name}"`;
      throw new EdgeError('REQUEST_INVALID', `querystring: topics: ${message}`, {
        errors: [{ path: 'topics', message }],
      });
    }
    return topic;
  });
}
