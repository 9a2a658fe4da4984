// Shapes of what the calls of a live simulation take, and which of the result schemas they answer.

import Type, { type TSchema } from 'typebox';
import { liveGoalDocumentSchema } from '../../lab/live/goal.ts';
import { liveOperationDocumentSchema } from '../../lab/live/operation.ts';
import { liveRequestDocumentSchema } from '../../lab/live/request.ts';
import { scenarioDocumentSchema } from '../../lab/scenario-schema.ts';
import { documentSchemaOf } from '../../lab/schema-node.ts';
import { MINUTE } from '../../lab/units.ts';
import { named, replacing } from '../openapi/components.ts';
import * as results from '../result-schemas/simulation.ts';
import { ScenarioSchema } from '../schemas.ts';
import { SPEED_MAX, WAIT_MS } from '../simulations/simulation-limits.ts';

const NS_PER_MS = 1e6;

type Body = Record<string, unknown>;

export const CreateBody = Type.Unsafe<Body>(
  named('SimulationRequest', replacing(liveRequestDocumentSchema, scenarioDocumentSchema, ScenarioSchema)),
);

export const OperateBody = Type.Unsafe<Body>(named('SimulationOperation', liveOperationDocumentSchema));

/** In ns, as every time that is read by the lab's reader. */
export const WaitField = Type.Integer({
  unit: 'ns',
  minimum: 0,
  maximum: WAIT_MS.most * NS_PER_MS,
  default: WAIT_MS.default * NS_PER_MS,
  description: `Real time that the answer may wait for the end of the advance. At most ${(WAIT_MS.most * NS_PER_MS) / MINUTE} min.`,
});

/** The goal as the lab reads it, and how long the answer may wait for it. */
export const AdvanceBody = Type.Unsafe<Body>(
  named(
    'SimulationAdvance',
    Type.Unsafe({
      ...liveGoalDocumentSchema,
      properties: {
        ...(liveGoalDocumentSchema as { properties?: Record<string, TSchema> }).properties,
        wait: documentSchemaOf(WaitField),
      },
    }),
  ),
);

export const PaceBody = named(
  'SimulationPace',
  Type.Object(
    {
      speed: Type.Number({
        minimum: 0,
        maximum: SPEED_MAX,
        description: 'Virtual ns for each real ns; 0: time stands.',
      }),
    },
    { additionalProperties: false },
  ),
);

/** What a thread has answered goes out as it is; the compiler holds types and schemas together in a test. */
const answered = (schema: TSchema) => Type.Unsafe<object>(schema);

export const StateSchema = answered(results.SimulationSchema);
export const AdvancedSchema = answered(results.AdvancedSchema);
export const SimulationListSchema = answered(results.SimulationListSchema);
export const OperationStartedSchema = answered(results.OperationStartedSchema);
export const OperationsSchema = answered(results.OperationsSchema);
export const StallsSchema = answered(results.StallsSchema);
export const MappingsSchema = answered(results.MappingsSchema);
export const FolioSchema = answered(results.FolioSchema);
export const FoliosSchema = answered(results.FoliosSchema);
export const LocksSchema = answered(results.LocksSchema);
