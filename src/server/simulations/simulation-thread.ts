// One thread that live simulations run in, one after the other, as the service sees it: calls that are answered, and a
// listener for what the thread says by itself. A thread that dies says so to everybody who waits.

import module from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { InvalidInput } from '../../lab/invalid-input.ts';
import { EdgeError } from '../errors.ts';
import type { RecordBatch } from '../run-messages.ts';
import type {
  Acknowledged,
  CallName,
  ProgressEvent,
  Refusal,
  SimulationAsk,
  SimulationCalls,
  SimulationSays,
  ThreadData,
} from './simulation-messages.ts';

export interface ThreadListener {
  records(batch: RecordBatch): void;
  event(event: ProgressEvent): void;
  died(death: ThreadDied): void;
}

/** Said by calls that a thread could not answer any more. */
export class ThreadDied extends Error {
  readonly reason: 'out-of-memory' | 'died';

  constructor(reason: 'out-of-memory' | 'died', message: string) {
    super(message);
    this.reason = reason;
  }
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

const WORKER_FILE = new URL('./simulation-worker.ts', import.meta.url);
const YOUNG_MIB = 32;
const MIB = 1024 * 1024;

export class SimulationThread {
  listener: ThreadListener | null = null;
  readonly #worker: Worker;
  readonly #acknowledged: Acknowledged = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #gone: () => void;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #death: ThreadDied | null = null;

  /** `gone` is called once, when it has ended or died. */
  constructor(memoryBytes: number, workerFile: URL | undefined, gone: () => void) {
    this.#gone = gone;
    this.#worker = new Worker(workerFile ?? WORKER_FILE, {
      workerData: { acknowledged: this.#acknowledged } satisfies ThreadData,
      // The driver ends a simulation that takes too much, between two slices. This limit, twice as high, is for what
      // takes it within one. A thread that meets it may take the process along, if it has much that is young.
      resourceLimits: {
        maxOldGenerationSizeMb: Math.ceil((2 * memoryBytes) / MIB),
        maxYoungGenerationSizeMb: YOUNG_MIB,
      },
      execArgv: [],
      env: threadEnvironment(),
    });
    this.#worker.on('message', (message: SimulationSays) => this.#hear(message));
    this.#worker.on('error', (error: Error & { code?: string }) => {
      const reason = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out-of-memory' : 'died';
      this.#dies(new ThreadDied(reason, error.message));
    });
    this.#worker.on('exit', (code) => this.#dies(new ThreadDied('died', `its thread ended with ${code}`)));
  }

  get isAlive(): boolean {
    return this.#death === null;
  }

  /** Rejects with InvalidInput, an EdgeError, or ThreadDied. */
  call<C extends CallName>(call: C, ask: SimulationCalls[C]['ask']): Promise<SimulationCalls[C]['answer']> {
    if (this.#death !== null) return Promise.reject(this.#death);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#worker.postMessage({ id, call, ask } as SimulationAsk);
    });
  }

  /** Nobody waits for an answer any more: who did is told `why`. */
  abandon(why: Error): void {
    this.listener = null;
    for (const { reject } of this.#pending.values()) reject(why);
    this.#pending.clear();
  }

  /** Ends it at once, whatever it does. Who waits is told that it died. */
  async end(): Promise<void> {
    this.listener = null;
    this.#dies(new ThreadDied('died', 'its thread was ended'));
    await this.#worker.terminate();
  }

  #hear(message: SimulationSays): void {
    switch (message.kind) {
      case 'records':
        Atomics.add(this.#acknowledged, 0, message.batch.bodies.length);
        this.listener?.records(message.batch);
        return;
      case 'event':
        this.listener?.event(message.event);
        return;
      case 'answer':
        this.#take(message.id)?.resolve(message.answer);
        return;
      case 'refusal':
        this.#take(message.id)?.reject(errorOf(message.refusal));
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #dies(death: ThreadDied): void {
    if (this.#death !== null) return;
    this.#death = death;
    this.#gone();
    for (const { reject } of this.#pending.values()) reject(death);
    this.#pending.clear();
    this.listener?.died(death);
    this.listener = null;
  }
}

function errorOf(refusal: Refusal): Error {
  switch (refusal.kind) {
    case 'invalid':
      // Its message has the subject in front of the errors already.
      return Object.assign(new InvalidInput('', refusal.errors), { message: refusal.message });
    case 'busy':
      return new EdgeError('SIMULATION_BUSY', refusal.message);
    case 'ended':
      return new EdgeError('SIMULATION_ENDED', refusal.message);
    case 'too-large':
      return new EdgeError('SIMULATION_TOO_LARGE', refusal.message);
    case 'error': {
      const cause = Object.assign(new Error(refusal.message), { stack: refusal.stack });
      return new EdgeError('RUN_FAILED', `The simulation: ${refusal.message}`, { cause });
    }
  }
}

/** A thread does not inherit the cache of compiled code, only the variable that names its place. It halves the start. */
function threadEnvironment(): NodeJS.ProcessEnv {
  const versionedFolder = module.getCompileCacheDir();
  if (versionedFolder === undefined) return process.env;
  return { ...process.env, NODE_COMPILE_CACHE: dirname(versionedFolder) };
}
