// Traces as they leave the process, taken by a collector on the loopback address.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asksForTraces } from '../../src/server/asks-for-traces.ts';
import { REPOSITORY } from '../docs/markdown.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

interface Export {
  readonly resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Span[] }[];
  }[];
}

async function startCollector(): Promise<{ origin: string; exports: Export[]; paths: string[] }> {
  const exports: Export[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += String(data);
    });
    request.on('end', () => {
      paths.push(request.url ?? '');
      exports.push(JSON.parse(body) as Export);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exports, paths };
}

async function serve(env: Record<string, string>) {
  const args = ['bin/stallscope.js', 'serve', '--port', '0', '--store', ':memory:', '--threads', '1'];
  const service = spawn(process.execPath, args, { cwd: REPOSITORY, env, stdio: ['ignore', 'inherit', 'pipe'] });
  onTestFinished(() => void service.kill('SIGKILL'));
  let log = '';
  const origin = await new Promise<string>((resolve) => {
    service.stderr.on('data', (data) => {
      log += String(data);
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(log) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const ended = new Promise<number | null>((resolve) => service.on('exit', resolve));
  return { service, origin, ended, log: () => log };
}

const attribute = (span: Span, name: string): string | number | undefined => {
  const value = span.attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};

describe('traces', () => {
  it('a comparison that a caller with a trace asks for: request, job and runs in that trace, one under the other', async () => {
    const collector = await startCollector();
    const { service, origin, ended, log } = await serve({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'stallscope-test',
    });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const headers = { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const body = JSON.stringify({ scenario: 'hgm-collapse-2m', schemes: ['range', 'none'], repetitions: 1, seed: 7 });
    const { id } = (await (await fetch(`${origin}/v1/comparisons`, { method: 'POST', headers, body })).json()) as {
      id: string;
    };
    await (await fetch(`${origin}/v1/comparisons/${id}/stream?topics=progress`)).text();
    service.kill('SIGTERM');
    expect(await ended).toBe(0);

    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces']));
    const resources = collector.exports.flatMap(({ resourceSpans }) => resourceSpans);
    const names = resources.map(({ resource }) => resource.attributes.find(({ key }) => key === 'service.name')?.value);
    expect(new Set(names.map((name) => name?.stringValue))).toEqual(new Set(['stallscope-test']));
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const ours = spans.filter((span) => span.traceId === traceId);
    const job = ours.find(({ name }) => name === 'comparison')!;
    expect(attribute(job, 'stallscope.job.id')).toBe(id);
    expect(attribute(job, 'stallscope.scenario')).toBe('hgm-collapse-2m');
    const ancestors = [];
    for (
      let at: Span | undefined = job;
      at !== undefined;
      at = ours.find(({ spanId }) => spanId === at?.parentSpanId)
    ) {
      ancestors.push(at);
    }
    expect(ancestors.length).toBeGreaterThan(1);
    expect([ancestors.at(-1)!.name, ancestors.at(-1)!.parentSpanId]).toEqual(['request', 'b7ad6b7169203331']);
    const runs = ours.filter(({ name }) => name === 'run');
    expect(runs.map((run) => attribute(run, 'stallscope.scheme')).toSorted()).toEqual(['none', 'range']);
    for (const run of runs) {
      expect([run.parentSpanId, attribute(run, 'stallscope.scenario')]).toEqual([job.spanId, 'hgm-collapse-2m']);
      expect(attribute(run, 'stallscope.seed')).toBe(7);
    }
    const lines = log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { trace_id?: string; msg: string });
    expect(lines.filter((line) => line.trace_id === traceId).map(({ msg }) => msg)).toContain('comparison taken in');
  });

  it.each([
    [{}, false],
    [{ OTEL_SERVICE_NAME: 'a' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, false],
    [{ OTEL_SDK_DISABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  ])('%j: asked for: %s', (env, expected) => {
    expect(asksForTraces(env)).toBe(expected);
  });
});
