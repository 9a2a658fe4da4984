import Type from 'typebox';
import { counterexampleTrace } from '../../explore/counterexample-trace.ts';
import {
  DEPTH_MAX,
  type ExplorationPlan,
  type ExplorationRequest,
  explorationDocumentSchema,
  readExploration,
} from '../../explore/exploration-request.ts';
import type { ExplorationResult } from '../../explore/exploration-types.ts';
import { explorationTable } from '../../explore/result-table.ts';
import { STEPS_MAX } from '../../explore/stepped.ts';
import type { App } from '../app.ts';
import { EdgeError } from '../errors.ts';
import type { ExplorationService } from '../exploration-service.ts';
import { ExplorationEventSchema } from '../result-schemas/events.ts';
import { ExplorationResultSchema } from '../result-schemas/exploration.ts';
import { SteppedScheduleSchema } from '../result-schemas/steps.ts';
import { IdParams, problems, TraceSchema } from '../schemas.ts';
import type { Steps } from '../steps.ts';
import { abandoned } from '../trace-reply.ts';
import type { JobDoor } from './jobs.ts';

export const explorationDoor = (
  service: ExplorationService,
): JobDoor<ExplorationPlan, ExplorationRequest, ExplorationResult> => ({
  name: 'exploration',
  service,
  starts: 'Starts an exploration of all interleavings of a small case.',
  spec: explorationDocumentSchema,
  progress: 'Transitions, of those that it may explore.',
  result: ExplorationResultSchema,
  events: ExplorationEventSchema,
  planOf: readExploration,
  invalid: 'EXPLORATION_INVALID',
  refusals: ['TOO_MANY_EXPLORATIONS'],
  reuses: true,
  toTable: explorationTable,
});

const finding = Type.Optional(
  Type.String({ maxLength: 64, description: 'Kind of the finding. Absent: that of the verdict, else the first.' }),
);
const TraceQuery = Type.Object({ finding }, { additionalProperties: false });

const StepsQuery = Type.Object(
  {
    finding,
    from: Type.Integer({ minimum: 0, maximum: DEPTH_MAX, default: 0, description: '`next` of the part before.' }),
    limit: Type.Integer({ minimum: 1, maximum: STEPS_MAX, default: STEPS_MAX, description: 'Steps of a part.' }),
  },
  { additionalProperties: false },
);

export function explorationTraceRoute(app: App, explorations: ExplorationService): void {
  app.get(
    '/v1/explorations/:id/trace',
    {
      schema: {
        tags: ['explorations'],
        summary: 'A counterexample as a trace for Perfetto.',
        params: IdParams,
        querystring: TraceQuery,
        response: {
          200: {
            description: 'The trace.',
            content: { 'application/json': { schema: Type.Unsafe<string>(TraceSchema) } },
          },
          ...problems('REQUEST_INVALID', 'NOT_FOUND', 'RESULT_MISSING'),
        },
      },
    },
    (request, reply) => {
      const { finding } = foundIn(explorations, request.params.id, request.query.finding);
      reply
        .type('application/json; charset=utf-8')
        .send(counterexampleTrace(`${finding.class} ${finding.kind}`, finding.counterexample));
    },
  );
}

export function explorationStepsRoute(app: App, explorations: ExplorationService, steps: Steps): void {
  app.get(
    '/v1/explorations/:id/steps',
    {
      schema: {
        tags: ['explorations'],
        summary: 'A counterexample step by step, with both page tables, folios and locks as each step leaves them.',
        params: IdParams,
        querystring: StepsQuery,
        response: {
          200: Type.Unsafe<string>(SteppedScheduleSchema),
          ...problems('REQUEST_INVALID', 'NOT_FOUND', 'RESULT_MISSING', 'RUN_FAILED', 'WORKER_DIED', 'STOPPING'),
        },
      },
    },
    async (request, reply) => {
      const { from, limit, finding: kind } = request.query;
      const { result, finding } = foundIn(explorations, request.params.id, kind);
      const { schedule, length } = finding.counterexample;
      if (from >= length) {
        const message = `must be below the number of its steps (${length}), got ${from}`;
        throw new EdgeError('REQUEST_INVALID', 'The counterexample is shorter.', {
          errors: [{ path: 'from', message }],
        });
      }
      const { question, stepChecks } = result;
      const text = await steps.of({ question, schedule, wanted: { stepChecks, from, limit } }, abandoned(reply));
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );
}

function foundIn(explorations: ExplorationService, id: string, kind: string | undefined) {
  const { status, result } = explorations.get(id);
  if (result === null) throw new EdgeError('RESULT_MISSING', `The exploration is ${status}.`);
  const finding = result.findings.find((one) => kind === undefined || one.kind === kind);
  if (finding !== undefined) return { result, finding };
  const found = result.findings.map((one) => one.kind).join(', ');
  const detail = found === '' ? 'It has found nothing.' : `It has found ${found}.`;
  throw new EdgeError('NOT_FOUND', `The exploration has no such counterexample. ${detail}`);
}
