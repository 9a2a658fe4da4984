// The tracer that OpenTelemetry has, set up by its own variables of the environment and nothing else. Imported only when one
// of them asks for it.

import { FastifyOtelInstrumentation } from '@fastify/otel';
import { type Attributes, type Context, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { App } from './app.ts';
import { type Attributes as TracedAttributes, traceWith } from './tracing.ts';

export interface OpenTelemetry {
  /** Spans of requests. In front of everything else that is registered. */
  install(app: App): Promise<void>;
  /** Of the span in which the line is written. */
  logFields(): object;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

export function startOpenTelemetry(): OpenTelemetry {
  const sdk = new NodeSDK({
    serviceName: process.env.OTEL_SERVICE_NAME ?? 'stallscope',
    // Metrics are for Prometheus to fetch, the log is on stderr: traces are all that is sent.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  const tracer = trace.getTracer('stallscope');
  traceWith({
    current: () => context.active(),
    span({ name, attributes, parent }, act, failed) {
      return tracer.startActiveSpan(name, { attributes: plain(attributes) }, parent as Context, async (span) => {
        const result = await act();
        end(span, failed(result));
        return result;
      });
    },
    ended({ name, attributes, durationMs, failed }) {
      const now = Date.now();
      end(tracer.startSpan(name, { attributes: plain(attributes), startTime: now - durationMs }), failed, now);
    },
  });
  const requests = new FastifyOtelInstrumentation({ registerOnInitialization: false });
  return {
    install: async (app) => void (await app.register(requests.plugin())),
    logFields() {
      const span = trace.getActiveSpan()?.spanContext();
      return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
    },
    stop: () => sdk.shutdown(),
  };
}

function end(span: Span, failed: boolean, atMs?: number): void {
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(atMs);
}

/** OpenTelemetry takes lists only if it might change them. */
const plain = (attributes: TracedAttributes): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key, typeof value === 'object' ? [...value] : value]),
  );
