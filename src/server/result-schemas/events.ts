// Events of a job's stream as JSON Schema: what each kind of job tells, with its number in the stream.

import Type, { type TSchema } from 'typebox';
import { mapcountSchemes, schemeIds } from '../../lab/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { count, word } from './fields.ts';
import { runRecords, topics } from './records.ts';

const seq = Type.Integer({ minimum: 1, description: 'Counts what happened in the job.' });
const steps = Type.Object({ done: count(), total: count() });

/** Every object of a schema that may be one or several, with these fields in front. */
function withFields(fields: Record<string, TSchema>, schema: TSchema): TSchema[] {
  const { anyOf = [schema] } = schema as { anyOf?: TSchema[] };
  return anyOf.map((branch) =>
    Type.Object({ ...fields, ...(branch as { properties: Record<string, TSchema> }).properties }),
  );
}

const run = {
  scheme: word(schemeIds, 'The run that it comes from: its notifier scheme,'),
  mapcount: word(mapcountSchemes.map(({ id }) => id) as string[], 'its mapcount scheme,'),
  repetition: count('and which repetition it is.'),
};

/** What the runs of a job tell, and that they have ended; `of` says which run it is. */
function eventsOfRuns(of: Record<string, TSchema>): TSchema {
  const runs = Type.Object({ done: count(), total: count() }, { description: 'This run has ended; so many have.' });
  return Type.Union([
    ...Object.values<TSchema>(runRecords).flatMap((record) => withFields({ seq, ...of }, record)),
    Type.Object({ seq, topic: Type.Literal('progress'), simTimeNs: Type.Integer(), ...of, runs }),
  ]);
}

export const ComparisonEventSchema = named('ComparisonEvent', eventsOfRuns(run));

export const SweepEventSchema = named(
  'SweepEvent',
  eventsOfRuns({ point: count('The point of the grid that it is for,'), ...run }),
);

export const ExplorationEventSchema = named(
  'ExplorationEvent',
  Type.Union([
    Type.Object({
      seq,
      topic: Type.Literal('progress'),
      schedules: count(),
      states: count(),
      transitions: count(),
      replayed: count(),
      findings: count(),
      explored: steps,
    }),
    Type.Object({
      seq,
      topic: Type.Literal('finding'),
      kind: Type.String(),
      class: word(['hazard', 'leak', 'performance', 'warning', 'outcome']),
      message: Type.String(),
      length: count('Transitions of its counterexample.'),
    }),
  ]),
);

export const MeasurementEventSchema = named(
  'MeasurementEvent',
  Type.Object({ seq, topic: Type.Literal('progress'), repetitions: steps }),
);

/** What a live simulation says of itself, between the records of its run. */
const said = <const Event extends string>(event: Event, fields: Record<string, TSchema>) =>
  Type.Object({
    seq,
    topic: Type.Literal('progress'),
    simTimeNs: Type.Integer(),
    event: Type.Literal(event),
    ...fields,
  });

export const SimulationEventSchema = named(
  'SimulationEvent',
  Type.Union([
    ...Object.values<TSchema>(runRecords).flatMap((record) => withFields({ seq }, record)),
    said('advanced', { outcome: word(['reached', 'stuck', 'paused', 'ended'], 'How the advance has ended.') }),
    said('pace', { speed: Type.Number({ description: 'Virtual ns for each real ns.' }) }),
    said('topics', { topics: Type.Array(word(topics), { description: 'That are recorded from now on.' }) }),
    said('ended', { ended: Type.String({ description: 'What has ended it.' }), message: Type.String() }),
  ]),
);
