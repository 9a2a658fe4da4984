// Runs and explorations in worker threads: one a thread, as many at a time as there are threads, the others in line. One that
// nobody wants any more is ended with its thread, because it is one synchronous call and hears nothing.

import module from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { filter, Observable, Subject } from 'rxjs';
import type { ExplorationProgress } from '../explore/exploration-types.ts';
import type { RunResult, Topic } from '../lab/run-types.ts';
import { EdgeError } from './errors.ts';
import type {
  ExplorationAnswer,
  ExplorationTask,
  ExplorationUpdate,
  PlainExploration,
} from './exploration-messages.ts';
import type { PlainRunInput, RecordBatch, RunAnswer, RunTask } from './run-messages.ts';
import type { PlainTrace, TraceAnswer, TraceTask } from './trace-messages.ts';
import { spanEnded } from './tracing.ts';

export interface PooledRun {
  readonly input: PlainRunInput;
  readonly label: Readonly<Record<string, string | number>>;
  readonly topics: readonly Topic[];
}

/** What a run says to who subscribed: any number of batches, then the outcome, then it completes. */
export type RunUpdate =
  | { readonly kind: 'records'; readonly batch: RecordBatch }
  | { readonly kind: 'outcome'; readonly result: RunResult; readonly wallMs: number };

/** What is told of a run to who counts them. */
export interface RunChange {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  /** Of the engine; 0 if it did not succeed. */
  readonly events: number;
  readonly wallMs: number;
}

export interface WorkerPoolOptions {
  /** Default: one for each CPU that this process may use. */
  readonly threads?: number | undefined;
  /** Runs that are to come, if that is known: no more threads are started than that. */
  readonly runs?: number | undefined;
  /** Limit for the JavaScript objects of one run. Typed arrays lie outside of it: the sizes in a scenario bound those. */
  readonly memoryMb?: number | undefined;
  /** Another worker than the one that runs the model. */
  readonly workerFile?: URL | undefined;
}

const DEFAULT_MEMORY_MB = 1024;
/**
 * A thread that meets its limit is stopped at its next check, and until then V8 lets it have a little more. If all that is young and
 * alive does not fit into that, V8 ends the process: so it has to be bounded, too.
 */
const YOUNG_MB = 24;
/** Of 19. */
const NICE = 10;
const EXPLORE_WORKER = fileURLToPath(new URL('./explore-worker.ts', import.meta.url));
const TRACE_WORKER = fileURLToPath(new URL('./trace-worker.ts', import.meta.url));

type Task = RunTask | ExplorationTask | TraceTask;
type Answer = RunAnswer | ExplorationAnswer | TraceAnswer;

interface Talk<Message, Update> {
  /** As an error calls it. */
  readonly what: string;
  readonly filename: string;
  readonly task: (port: MessagePort) => Task;
  readonly told: (message: Message) => Update;
  /** What the answer is to the subscriber; null: nothing more. */
  readonly ended: (answer: Answer) => Update | null;
}

const FAILED: RunChange = { outcome: 'failed', events: 0, wallMs: 0 };
const CANCELLED: RunChange = { outcome: 'cancelled', events: 0, wallMs: 0 };

export class WorkerPool {
  readonly threads: number;
  readonly #options: WorkerPoolOptions;
  readonly #unsettled = new Set<AbortController>();
  readonly #settled$ = new Subject<RunChange>();
  #piscina: Piscina<Task, Answer> | null = null;
  #closed = false;

  constructor(options: WorkerPoolOptions = {}) {
    this.#options = options;
    this.threads = Math.min(options.threads ?? availableParallelism(), options.runs ?? Number.POSITIVE_INFINITY);
    this.#piscina = this.#startThreads();
  }

  /** Runs as they end. */
  get settled$(): Observable<RunChange> {
    return this.#settled$;
  }

  /** Threads that are at something. */
  get busy(): number {
    return this.#unsettled.size - this.queued;
  }

  /** Runs that wait for a thread. */
  get queued(): number {
    return this.#piscina?.queueSize ?? 0;
  }

  /**
   * Runs once for each subscription, as soon as a thread is free. Unsubscribing cancels: out of the line, or with its
   * thread. Errors are EdgeErrors that name the run: RUN_FAILED, WORKER_DIED, STOPPING.
   */
  run(run: PooledRun): Observable<RunUpdate> {
    return new Observable((subscriber) => {
      if (this.#closed) {
        subscriber.error(new EdgeError('STOPPING'));
        return;
      }
      const cancellation = new AbortController();
      const records =
        run.topics.length === 0 ? null : openRecords((batch) => subscriber.next({ kind: 'records', batch }));
      const task: RunTask = {
        input: run.input,
        label: run.label,
        topics: run.topics,
        ...(records === null ? {} : { port: records.workerPort, acknowledged: records.acknowledged }),
      };

      this.#unsettled.add(cancellation);
      this.#threadPool()
        .run(task, { signal: cancellation.signal, transferList: records === null ? [] : [records.workerPort] })
        .then(
          (told) => {
            records?.drain();
            const answer = told as RunAnswer;
            if (answer.kind === 'result') {
              const { result, wallMs } = answer;
              this.#settled$.next({ outcome: 'succeeded', events: result.events, wallMs });
              spanEnded({ name: 'run', attributes: attributesOf(run), durationMs: wallMs, failed: false });
              subscriber.next({ kind: 'outcome', result, wallMs });
              subscriber.complete();
            } else {
              this.#settled$.next(FAILED);
              spanEnded({ name: 'run', attributes: attributesOf(run), durationMs: 0, failed: true });
              subscriber.error(
                new EdgeError('RUN_FAILED', `Run ${runName(run)}: ${answer.message}`, {
                  cause: new Error(answer.stack),
                }),
              );
            }
          },
          (error: unknown) => {
            records?.drain();
            this.#settled$.next(cancellation.signal.aborted ? CANCELLED : FAILED);
            subscriber.error(asEdgeError(error, `Run ${runName(run)}`, cancellation.signal));
          },
        )
        .finally(() => {
          this.#unsettled.delete(cancellation);
          records?.close();
        });

      return () => {
        // A run that has settled is no longer in the set: aborting it would be for nothing.
        if (this.#unsettled.has(cancellation)) cancellation.abort(new EdgeError('STOPPING', 'The run was cancelled.'));
      };
    });
  }

  /**
   * Explores once for each subscription. Unsubscribing cancels, with the thread; whoever wants what there is until then sets
   * `stopped[0]` instead. Errors are EdgeErrors: RUN_FAILED, WORKER_DIED, STOPPING.
   */
  explore(
    exploration: PlainExploration,
    stopped: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4)),
  ): Observable<ExplorationUpdate> {
    return this.#withPort<ExplorationProgress, ExplorationUpdate>({
      what: 'The exploration',
      filename: EXPLORE_WORKER,
      task: (port) => ({ exploration, stopped, port }),
      told: (progress) => ({ kind: 'progress', progress }),
      ended: (answer) => (answer.kind === 'explored' ? { kind: 'outcome', result: answer.result } : null),
    });
  }

  /**
   * Runs once for each subscription, observed, and gives the text of its trace in pieces of UTF-8, all of them when the run is over.
   * Unsubscribing cancels, with the thread. Errors are EdgeErrors: RUN_FAILED, WORKER_DIED, STOPPING.
   */
  trace(trace: PlainTrace): Observable<Uint8Array> {
    const text = this.#withPort<Uint8Array, Uint8Array | null>({
      what: 'The run',
      filename: TRACE_WORKER,
      task: (port) => ({ trace, port }),
      told: (piece) => piece,
      ended: () => null,
    });
    return text.pipe(filter((piece) => piece !== null));
  }

  /** Carries out a task whose worker says things on a port while it is at it, and then answers. */
  #withPort<Message, Update>(talk: Talk<Message, Update>): Observable<Update> {
    return new Observable((subscriber) => {
      if (this.#closed) {
        subscriber.error(new EdgeError('STOPPING'));
        return;
      }
      const { what, filename, task, told, ended } = talk;
      const cancellation = new AbortController();
      const { port1, port2 } = new MessageChannel();
      const hear = (message: Message): void => subscriber.next(told(message));
      port1.on('message', hear);
      this.#unsettled.add(cancellation);
      this.#threadPool()
        .run(task(port2), { filename, signal: cancellation.signal, transferList: [port2] })
        .then(
          (answer) => {
            // The answer comes through another channel and may overtake the last messages.
            for (let late = receiveMessageOnPort(port1); late !== undefined; late = receiveMessageOnPort(port1)) {
              hear(late.message as Message);
            }
            if (answer.kind === 'error') {
              const cause = new Error(answer.stack);
              subscriber.error(new EdgeError('RUN_FAILED', `${what}: ${answer.message}`, { cause }));
              return;
            }
            const update = ended(answer);
            if (update !== null) subscriber.next(update);
            subscriber.complete();
          },
          (error: unknown) => subscriber.error(asEdgeError(error, what, cancellation.signal)),
        )
        .finally(() => {
          this.#unsettled.delete(cancellation);
          port1.close();
        });
      return () => {
        if (this.#unsettled.has(cancellation)) {
          cancellation.abort(new EdgeError('STOPPING', `${what} was cancelled.`));
        }
      };
    });
  }

  /** Ends all threads at once. Runs that have not finished fail with STOPPING. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelAll(new EdgeError('STOPPING'));
    const piscina = this.#piscina;
    this.#piscina = null;
    await piscina?.destroy();
  }

  #cancelAll(reason: EdgeError): void {
    for (const cancellation of this.#unsettled) cancellation.abort(reason);
    this.#unsettled.clear();
  }

  #threadPool(): Piscina<Task, Answer> {
    this.#piscina ??= this.#startThreads();
    return this.#piscina;
  }

  #startThreads(): Piscina<Task, Answer> {
    const piscina = new Piscina<Task, Answer>({
      filename: fileURLToPath(this.#options.workerFile ?? new URL('./run-worker.ts', import.meta.url)),
      minThreads: this.threads,
      maxThreads: this.threads,
      recordTiming: false,
      // Runs take all the time there is; the thread that answers comes first. Linux alone has it, by thread.
      niceIncrement: NICE,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#options.memoryMb ?? DEFAULT_MEMORY_MB,
        maxYoungGenerationSizeMb: YOUNG_MB,
      },
      execArgv: [],
      env: threadEnvironment(),
    });
    // Only a thread without a run ends here: one that could not even start. Piscina would let the others wait for
    // ever, so they are told, and the next run finds new threads.
    piscina.on('error', (error: unknown) => {
      if (this.#piscina !== piscina) return;
      this.#piscina = null;
      this.#cancelAll(new EdgeError('WORKER_DIED', `A worker thread could not start: ${messageOf(error)}`));
      void piscina.destroy();
    });
    return piscina;
  }
}

/** A thread does not inherit the cache of compiled code, only the variable that names its place. It halves the start. */
function threadEnvironment(): NodeJS.ProcessEnv {
  const versionedFolder = module.getCompileCacheDir();
  if (versionedFolder === undefined) return process.env;
  return { ...process.env, NODE_COMPILE_CACHE: dirname(versionedFolder) };
}

/** The pool's end of one run's record stream. */
function openRecords(take: (batch: RecordBatch) => void): {
  workerPort: MessagePort;
  acknowledged: Int32Array<SharedArrayBuffer>;
  drain: () => void;
  close: () => void;
} {
  const { port1, port2 } = new MessageChannel();
  const acknowledged = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const receive = (batch: RecordBatch): void => {
    Atomics.add(acknowledged, 0, batch.bodies.length);
    take(batch);
  };
  port1.on('message', receive);
  return {
    workerPort: port2,
    acknowledged,
    // The answer comes through another channel and may overtake the last batches, which are in this one already.
    drain() {
      for (let entry = receiveMessageOnPort(port1); entry !== undefined; entry = receiveMessageOnPort(port1)) {
        receive(entry.message as RecordBatch);
      }
    },
    close: () => port1.close(),
  };
}

function asEdgeError(error: unknown, what: string, signal: AbortSignal): EdgeError {
  if (signal.aborted && signal.reason instanceof EdgeError) return signal.reason;
  return new EdgeError('WORKER_DIED', `${what}: ${messageOf(error)}`, { cause: error });
}

function attributesOf({ input, label }: PooledRun): Record<string, string | number> {
  const labels = Object.entries(label).map(([key, value]) => [`stallscope.${key}`, value]);
  return { 'stallscope.scenario': input.scenario.name, 'stallscope.seed': input.seed, ...Object.fromEntries(labels) };
}

function runName(run: PooledRun): string {
  return Object.entries(run.label)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
