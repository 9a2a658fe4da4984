// What the tests in the browser stand on: the real service with the page as it is built, listening on this machine.

import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { PAGE_FOLDER } from '../../../scripts/build-page.ts';
import { type App, type AppParts, buildApp } from '../../../src/server/app.ts';
import { openStore, type Store } from '../../../src/server/store/store.ts';
import { WorkerPool } from '../../../src/server/worker-pool.ts';
import { ensurePage } from './page-build.ts';

export { noBrowser, openTab } from './browser.ts';

export interface ListeningService {
  readonly url: string;
  readonly app: App;
  readonly store: Store;
  stop(): Promise<void>;
}

export interface ListeningOptions extends Partial<Omit<AppParts, 'pool' | 'logger'>> {
  readonly port?: number;
}

/** Stops when the test has ended, if it has not been stopped before. A store that was given stays open. */
export async function listen({ port = 0, ...parts }: ListeningOptions = {}): Promise<ListeningService> {
  await ensurePage();
  const pool = new WorkerPool({ threads: 1 });
  const store = parts.store ?? openStore();
  const logger = pino({ level: 'silent' });
  const app = await buildApp({ pool, logger, pageFolder: PAGE_FOLDER, loopback: true, ...parts, store });
  const url = await app.listen({ host: '127.0.0.1', port });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await app.close();
      await pool.close();
      if (parts.store === undefined) store.close();
    })();
    return stopping;
  };
  onTestFinished(stop);
  return { url, app, store, stop };
}
