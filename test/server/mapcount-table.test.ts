import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mapcountConsumers } from '../../src/lab/mapcount-consumers.ts';
import { MapcountTable } from '../../src/server/mapcount-table.ts';
import { startService } from './support/service.ts';

/** A worker that says its thread id, so that one sees how many there were. */
const THREAD_ID =
  "const { parentPort, threadId } = await import('node:worker_threads'); parentPort.postMessage(threadId);";
const NEVER = 'setInterval(() => {}, 1000);';

const script = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

describe('GET /v1/catalog/mapcounts', () => {
  it('the table of the lab, and the same the next time', async () => {
    const app = await startService();
    const first = await app.inject('/v1/catalog/mapcounts');
    expect([first.statusCode, first.json<object>()]).toEqual([200, { consumers: mapcountConsumers() }]);
    expect((await app.inject('/v1/catalog/mapcounts')).body).toBe(first.body);
  });
});

describe('the table of mapcount consumers', () => {
  it('is computed once, for all who ask', async () => {
    const table = new MapcountTable(script(THREAD_ID));
    const [one, other] = await Promise.all([table.consumers(), table.consumers()]);
    expect(one).toEqual(expect.any(Number));
    expect([other, await table.consumers()]).toEqual([one, one]);
  });

  it.each([
    ['throws', "throw new Error('out of order')", /out of order/],
    ['ends without an answer', 'process.exit(3)', /ended with 3/],
  ])('a thread that %s: WORKER_DIED, and the next who asks gets another', async (_, code, message) => {
    const file = join(tmpdir(), `stallscope-mapcounts-${process.pid}.mjs`);
    onTestFinished(() => rmSync(file));
    const table = new MapcountTable(pathToFileURL(file));
    writeFileSync(file, code);
    await expect(table.consumers()).rejects.toMatchObject({
      code: 'WORKER_DIED',
      message: expect.stringMatching(message),
    });
    writeFileSync(file, THREAD_ID);
    expect(await table.consumers()).toEqual(expect.any(Number));
  });

  it('stopped: who waits gets STOPPING, and so does who comes after', async () => {
    const table = new MapcountTable(script(NEVER));
    const waiting = expect(table.consumers()).rejects.toMatchObject({ code: 'STOPPING' });
    await table.stop();
    await waiting;
    await expect(table.consumers()).rejects.toMatchObject({ code: 'STOPPING' });
  });
});
