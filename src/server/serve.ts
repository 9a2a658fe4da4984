// The service as a process: it listens until it is told to stop, and then stops in order.

import { getHeapStatistics } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import { type Level, pino } from 'pino';
import { buildApp } from './app.ts';
import { asksForTraces } from './asks-for-traces.ts';
import { PAGE_FOLDER } from './page.ts';
import { openStore } from './store/store.ts';
import { WorkerPool } from './worker-pool.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly threads?: number | undefined;
  readonly logLevel: Level | 'silent';
  readonly token?: string | undefined;
  /** Of one address; 0 for no limit. */
  readonly requestsPerMinute: number;
  readonly origins?: readonly string[] | undefined;
  readonly trustProxy?: readonly string[] | undefined;
  /** 0 for no limit. */
  readonly lagMs: number;
  /** 0 for no limit. */
  readonly memoryMib: number;
  /** File of the store, or ":memory:". */
  readonly store: string;
  /** Live simulations at once, and how many MiB of memory one may have. */
  readonly simulations: number;
  readonly simulationMemory: number;
  /** After how many seconds an idle one is ended. */
  readonly simulationIdle: number;
}

/** After a stop was asked for, this long until the process ends no matter what is still open. */
const STOP_MS_MAX = 10_000;
const MIB = 1024 * 1024;
/** Lines are written together: a write of its own for each is a good part of a short answer. */
const LOG = { dest: 2, sync: false, minLength: 4096, periodicFlush: 100 };

/** Resolves when the service listens. From then on SIGTERM and SIGINT stop it, and the process ends with 0. */
export async function serve(options: ServeOptions): Promise<void> {
  const { host, port, threads, logLevel, store: file } = options;
  // First of all: where the store is refused there is nothing to stop in order.
  const store = openStore(file);
  // Most of a second to load, and few ask for it.
  const telemetry = asksForTraces(process.env) ? (await import('./open-telemetry.ts')).startOpenTelemetry() : undefined;
  const mixin = telemetry === undefined ? {} : { mixin: () => telemetry.logFields() };
  const logger = pino({ level: logLevel, ...mixin }, pino.destination(LOG));
  const pool = new WorkerPool({ threads });
  const simulationLimits = {
    simulations: options.simulations,
    memoryBytes: options.simulationMemory * MIB,
    idleMs: options.simulationIdle * 1000,
  };
  const parts = { pool, store, logger, telemetry, simulationLimits, pageFolder: PAGE_FOLDER };
  const app = await buildApp({ ...parts, ...guardsOf(options) });
  logger.info({ store: file }, 'the store is open');

  // Before the line that says it listens: whoever reads that may send a signal at once.
  const graceful = closeWithGrace({ delay: STOP_MS_MAX, logger: false }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error that nobody caught');
    else logger.info({ signal }, 'stopping');
    await app.close();
    await pool.close();
    store.close();
    await telemetry?.stop().catch((error: unknown) => logger.warn({ err: error }, 'the last traces could not be sent'));
    logger.info('stopped');
    logger.flush();
  });

  try {
    await app.listen({ host, port });
  } catch (error) {
    graceful.uninstall();
    await app.close();
    await pool.close();
    store.close();
    throw error;
  }
}

/** Of the heap that this process may have. Beyond it, collecting garbage is most of what it does. */
const HEAP_SHARE_MAX = 0.9;

function guardsOf({ host, token, requestsPerMinute, origins, trustProxy, lagMs, memoryMib }: ServeOptions) {
  return {
    token,
    requestsPerMinute,
    origins,
    loopback: LOOPBACK_ADDRESS.test(host),
    pressure: {
      lagMs,
      heapBytes: HEAP_SHARE_MAX * getHeapStatistics().heap_size_limit,
      memoryBytes: memoryMib * MIB,
    },
    ...(trustProxy === undefined ? {} : { trustProxy: [...trustProxy] }),
  };
}

const LOOPBACK_ADDRESS = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;
