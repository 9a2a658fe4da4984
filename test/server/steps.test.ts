// A counterexample step by step, and the matrix of verdicts, as the service hands them out.

import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ExplorationResult } from '../../src/explore/exploration-types.ts';
import type { MatrixResult } from '../../src/explore/matrix-result.ts';
import { type SteppedSchedule, steppedSchedule } from '../../src/explore/stepped.ts';
import { EdgeError } from '../../src/server/errors.ts';
import { Steps } from '../../src/server/steps.ts';
import { startService } from './support/service.ts';

type Service = Awaited<ReturnType<typeof startService>>;

const UNSAFE = { operations: ['madv-collapse'], scheme: 'post-collapse/promote', backing: 'anonymous' };

async function explored(app: Service, payload: object): Promise<{ id: string; result: ExplorationResult }> {
  const { id } = (await app.inject({ method: 'POST', url: '/v1/explorations', payload })).json<{ id: string }>();
  for (;;) {
    const job = (await app.inject(`/v1/explorations/${id}`)).json<{
      finishedAt: string | null;
      result: ExplorationResult;
    }>();
    if (job.finishedAt !== null) return { id, result: job.result };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('GET /v1/explorations/:id/steps', () => {
  it('an unsafe case · each finding · its steps as the result has them, with the state after each', async () => {
    const app = await startService();
    const { id, result } = await explored(app, UNSAFE);
    expect(result.findings.length).toBeGreaterThan(1);
    for (const { kind, counterexample } of result.findings) {
      const response = await app.inject(`/v1/explorations/${id}/steps?finding=${kind}`);
      const stepped = response.json<SteppedSchedule>();
      expect(stepped.steps.map(({ task, label, effects }) => ({ task, label, effects }))).toEqual(counterexample.steps);
      expect(stepped.steps.filter(({ preemption }) => preemption)).toHaveLength(counterexample.preemptions);
      expect(stepped.findings.map((one) => one.kind)).toContain(kind);
      expect(response.body).toBe(JSON.stringify(steppedSchedule(result.question, counterexample.schedule)));
    }
    const first = (await app.inject(`/v1/explorations/${id}/steps`)).json<SteppedSchedule>();
    expect(first.schedule).toEqual(result.findings[0]?.counterexample.schedule);
  });

  it('in parts · the same steps, and each part begins as the one before has ended', async () => {
    const app = await startService();
    const { id } = await explored(app, UNSAFE);
    const url = `/v1/explorations/${id}/steps`;
    const all = (await app.inject(url)).json<SteppedSchedule>();
    const steps: SteppedSchedule['steps'][number][] = [];
    let state = all.before;
    for (let from: number | null = 0; from !== null; ) {
      const part: SteppedSchedule = (await app.inject(`${url}?from=${from}&limit=20`)).json();
      expect([part.from, part.length, part.before]).toEqual([from, all.length, state]);
      steps.push(...part.steps);
      state = part.steps.at(-1)?.state ?? state;
      from = part.next;
    }
    expect(steps).toEqual(all.steps);
  });

  it.each([
    ['behind the last step', 'from=100000', 400, 'REQUEST_INVALID'],
    ['a part of nothing', 'limit=0', 400, 'REQUEST_INVALID'],
    ['more than a part may have', 'limit=501', 400, 'REQUEST_INVALID'],
    ['a finding that it has not', 'finding=deadlock', 404, 'NOT_FOUND'],
  ])('%s · asked for · refused', async (_, query, status, code) => {
    const app = await startService();
    const { id } = await explored(app, UNSAFE);
    const response = await app.inject(`/v1/explorations/${id}/steps?${query}`);
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
  });

  it('a safe case · no counterexample · 404', async () => {
    const app = await startService();
    const { id } = await explored(app, { operations: ['madv-collapse'], scheme: 'post-collapse/promote' });
    const response = await app.inject(`/v1/explorations/${id}/steps`);
    expect([response.statusCode, response.json<{ detail: string }>().detail]).toEqual([
      404,
      'The exploration has no such counterexample. It has found nothing.',
    ]);
  });

  it('a schedule of another version · cannot be gone through · RUN_FAILED that says where', async () => {
    const app = await startService();
    const { result } = await explored(app, UNSAFE);
    const steps = new Steps();
    const asked = steps.of({ question: result.question, schedule: [0, 7], wanted: {} }, new AbortController().signal);
    await expect(asked).rejects.toThrow(/not one of this version: schedule\[1\]: task 7 cannot go on there/);
    await expect(asked).rejects.toBeInstanceOf(EdgeError);
    await steps.stop();
  });
});

describe('GET /v1/catalog/matrix', () => {
  it('a cell · asked anew with its own request · the verdict that the matrix has', async () => {
    const app = await startService();
    const { cells, rows } = (await app.inject('/v1/catalog/matrix')).json<MatrixResult>();
    const asked = cells.filter(
      ({ row, mapcount, kernel }) =>
        ['madv-collapse', 'madv-collapse, anonymous'].includes(row) &&
        ['subpage', '-'].includes(mapcount) &&
        kernel === '6.12',
    );
    expect(asked.map(({ verdict }) => verdict)).toEqual(expect.arrayContaining(['safe', 'performance', 'unsafe']));
    for (const { request, verdict, findings, endedBy, hgm, row } of asked) {
      const { result } = await explored(app, request);
      expect(result.verdict).toBe(verdict === 'performance' ? 'safe' : verdict);
      expect(result.findings.map(({ kind, class: of }) => ({ kind, class: of }))).toEqual(findings);
      expect([result.endedBy, result.question.hgm]).toEqual([endedBy, hgm]);
      expect(result.bounds).toEqual(rows.find(({ id }) => id === row)?.bounds);
    }
  });

  it('to a client that takes gzip · compressed, the same bytes; to others as it is', async () => {
    const app = await startService();
    const plain = await app.inject('/v1/catalog/matrix');
    const packed = await app.inject({ url: '/v1/catalog/matrix', headers: { 'accept-encoding': 'br, gzip' } });
    expect([plain.headers['content-encoding'], packed.headers['content-encoding']]).toEqual([undefined, 'gzip']);
    expect([plain.headers.vary, packed.headers.vary]).toEqual(['accept-encoding', 'accept-encoding']);
    expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 15);
    expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true);
  });
});
