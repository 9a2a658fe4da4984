// The service as a process: it listens until it is told to stop, and then stops in order.

import closeWithGrace from 'close-with-grace';
import { type Level, pino } from 'pino';
import { buildApp } from './app.ts';
import { MemoryStore } from './jobs/memory-store.ts';
import { WorkerPool } from './worker-pool.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly threads?: number | undefined;
  readonly logLevel: Level | 'silent';
  readonly token?: string | undefined;
  /** Live simulations at once, and how many MiB of memory one may have. */
  readonly simulations: number;
  readonly simulationMemory: number;
  /** After how many seconds an idle one is ended. */
  readonly simulationIdle: number;
}

/** After a stop was asked for, this long until the process ends no matter what is still open. */
const STOP_MS_MAX = 10_000;
const MIB = 1024 * 1024;

/** Resolves when the service listens. From then on SIGTERM and SIGINT stop it, and the process ends with 0. */
export async function serve({ host, port, threads, logLevel, token, ...options }: ServeOptions): Promise<void> {
  const logger = pino({ level: logLevel }, pino.destination({ dest: 2, sync: false }));
  const pool = new WorkerPool({ threads });
  const simulationLimits = {
    simulations: options.simulations,
    memoryBytes: options.simulationMemory * MIB,
    idleMs: options.simulationIdle * 1000,
  };
  const app = await buildApp({ pool, store: new MemoryStore(), logger, token, simulationLimits });

  // Before the line that says it listens: whoever reads that may send a signal at once.
  const graceful = closeWithGrace({ delay: STOP_MS_MAX, logger: false }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error that nobody caught');
    else logger.info({ signal }, 'stopping');
    await app.close();
    await pool.close();
    logger.info('stopped');
    logger.flush();
  });

  try {
    await app.listen({ host, port });
  } catch (error) {
    graceful.uninstall();
    await app.close();
    await pool.close();
    throw error;
  }
}
