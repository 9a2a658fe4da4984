// What the service tells Prometheus. Those of the process as a whole are collected from the first time on that somebody asks.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { App } from './app.ts';
import type { EventSubscriber, StreamMeter } from './event-subscriber.ts';
import type { JobChange, JobCounts } from './jobs/job-service.ts';
import type { RunChange, WorkerPool } from './worker-pool.ts';

const HTTP_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const RUN_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800];

export class Metrics implements StreamMeter {
  readonly #registry = new Registry();
  readonly #runs = this.#counter('stallscope_runs_total', 'Runs that have ended.', ['outcome']);
  readonly #runSeconds = this.#histogram(
    'stallscope_run_duration_seconds',
    'Wall time of runs that have succeeded.',
    RUN_SECONDS,
    [],
  );
  readonly #simulated = this.#counter('stallscope_simulated_events_total', 'Events of the engine in these runs.', []);
  readonly #jobs = this.#counter('stallscope_jobs_finished_total', 'Jobs that have finished.', ['kind', 'outcome']);
  readonly #sent = this.#counter('stallscope_stream_events_sent_total', 'Events that went to clients.', []);
  readonly #dropped = this.#counter(
    'stallscope_stream_events_dropped_total',
    'Events that a client was told in a gap that it will not get.',
    [],
  );
  readonly #stuck = this.#counter(
    'stallscope_stream_clients_stuck_total',
    'Clients that were let go because they took nothing.',
    [],
  );
  readonly #requests = this.#histogram(
    'stallscope_http_request_duration_seconds',
    'From the head of a request to the end of its answer; streams apart.',
    HTTP_SECONDS,
    ['method', 'route', 'status'],
  );

  sent(events: number): void {
    this.#sent.inc(events);
  }

  dropped(events: number): void {
    this.#dropped.inc(events);
  }

  stuck(): void {
    this.#stuck.inc();
  }

  /** Which clients there are. */
  watchStreams(open: ReadonlySet<EventSubscriber>): void {
    this.#gauge('stallscope_stream_clients', 'Open streams.', [], (gauge) => gauge.set(open.size));
  }

  watchPool(pool: WorkerPool): void {
    pool.settled$.subscribe((run) => this.#countRun(run));
    this.#gauge('stallscope_worker_threads', 'Worker threads.', [], (gauge) => gauge.set(pool.threads));
    this.#gauge('stallscope_worker_threads_busy', 'Worker threads that are at something.', [], (gauge) =>
      gauge.set(pool.busy),
    );
    this.#gauge('stallscope_runs_waiting', 'Runs that wait for a thread.', [], (gauge) => gauge.set(pool.queued));
  }

  watchJobs(
    services: readonly {
      counts(): JobCounts;
      readonly ended$: { subscribe(take: (change: JobChange) => void): unknown };
    }[],
  ): void {
    for (const service of services) {
      service.ended$.subscribe(({ kind, status }) => this.#jobs.inc({ kind, outcome: status }));
    }
    this.#gauge('stallscope_jobs', 'Jobs that are not done.', ['kind', 'state'], (gauge) => {
      for (const { kind, queued, running } of services.map((service) => service.counts())) {
        gauge.set({ kind, state: 'queued' }, queued);
        gauge.set({ kind, state: 'running' }, running);
      }
    });
  }

  watchSimulations(simulations: { readonly counts: { readonly simulations: number; readonly threads: number } }): void {
    this.#gauge('stallscope_simulations', 'Live simulations.', [], (gauge) =>
      gauge.set(simulations.counts.simulations),
    );
    this.#gauge('stallscope_simulation_threads', 'Threads of live simulations, spare ones included.', [], (gauge) =>
      gauge.set(simulations.counts.threads),
    );
  }

  /** Measures what is answered from here on, and answers /metrics. It stands behind the token like every call but health. */
  install(app: App): void {
    app.addHook('onResponse', (request, reply, done) => {
      const { url: route = 'none', config } = request.routeOptions;
      if (config.stream !== true && config.socket !== true) {
        this.#requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      }
      done();
    });
    app.get('/metrics', { logLevel: 'warn', schema: { hide: true } }, async (_request, reply) => {
      const all = Registry.merge([this.#registry, processRegistry()]);
      return reply.type(all.contentType).send(await all.metrics());
    });
  }

  #countRun({ outcome, events, wallMs }: RunChange): void {
    this.#runs.inc({ outcome });
    if (outcome !== 'succeeded') return;
    this.#simulated.inc(events);
    this.#runSeconds.observe(wallMs / 1000);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[],
  ): Histogram<Label> {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    collect: (gauge: Gauge<Label>) => void,
  ): void {
    const gauge: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => collect(gauge),
    });
  }
}

let known: Registry | undefined;

/** There is one process, however many services are built in it. */
function processRegistry(): Registry {
  if (known !== undefined) return known;
  known = new Registry();
  collectDefaultMetrics({ register: known });
  return known;
}
