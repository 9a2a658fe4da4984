import Type from 'typebox';
import { counterexampleTrace } from '../../explore/counterexample-trace.ts';
import {
  type ExplorationPlan,
  type ExplorationRequest,
  explorationDocumentSchema,
  readExploration,
} from '../../explore/exploration-request.ts';
import type { ExplorationResult } from '../../explore/exploration-types.ts';
import { explorationTable } from '../../explore/result-table.ts';
import type { App } from '../app.ts';
import { EdgeError } from '../errors.ts';
import type { ExplorationService } from '../exploration-service.ts';
import { ExplorationEventSchema } from '../result-schemas/events.ts';
import { ExplorationResultSchema } from '../result-schemas/exploration.ts';
import { IdParams, problems, TraceSchema } from '../schemas.ts';
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

const TraceQuery = Type.Object(
  {
    finding: Type.Optional(
      Type.String({ maxLength: 64, description: 'Kind of the finding. Absent: that of the verdict, else the first.' }),
    ),
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
      const { status, result } = explorations.get(request.params.id);
      if (result === null) throw new EdgeError('RESULT_MISSING', `The exploration is ${status}.`);
      const { finding: kind } = request.query;
      const finding = result.findings.find((one) => kind === undefined || one.kind === kind);
      if (finding === undefined) {
        const found = result.findings.map((one) => one.kind).join(', ');
        const detail = found === '' ? 'It has found nothing.' : `It has found ${found}.`;
        throw new EdgeError('NOT_FOUND', `The exploration has no such counterexample. ${detail}`);
      }
      reply
        .type('application/json; charset=utf-8')
        .send(counterexampleTrace(`${finding.class} ${finding.kind}`, finding.counterexample));
    },
  );
}
