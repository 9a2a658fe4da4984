// A server that is killed at random moments, again and again, on one store. What it has told anybody has to be so afterwards.
//
//   npm run kill-rounds            thirty rounds
//   KILL_SEED=7 KILL_ROUNDS=9 npx vitest run test/server/kill.test.ts

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';
import { type ComparisonRequest, planComparison } from '../../src/lab/comparison.ts';
import { type ComparisonResult, withoutWallTime } from '../../src/lab/result.ts';
import { runScenario } from '../../src/lab/run.ts';
import { summarize } from '../../src/lab/summary.ts';
import { type ServerProcess, startServer } from './support/server-process.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4);
const SEED = Number(process.env.KILL_SEED ?? 1);
const ROUND_MS_MAX = 800;
/** A round takes a second, and at the end all that was begun is done. */
const TEST_MS_MAX = 120_000 + ROUNDS * 10_000;

const SMALL = { 'vm.vcpus': 2, 'vm.memory': '4MiB', 'timeline.0.range.length': '4MiB' };

/** What the client knows of one comparison. */
interface Asked {
  readonly key: string;
  readonly body: ComparisonRequest;
  readonly query: string;
  /** Null: the server was gone before it had answered. */
  id: string | null;
  /** As it was seen. */
  result: string | null;
}

describe('kill -9', () => {
  it(
    `${ROUNDS} rounds, seed ${SEED}: what was acknowledged is there, and what was unfinished comes to its end`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'stallscope-kill-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const store = join(folder, 'stallscope.db');
      const random = new RandomStream(SEED, 'kill');
      const client = new Client(random);

      let interrupted = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const server = await startServer(store);
        await client.check(server);
        const killed = sleep(50 + random.integer(ROUND_MS_MAX)).then(() => server.end('SIGKILL'));
        await client.useUntilGone(server);
        await killed;
        interrupted += client.unfinished();
        expect(integrity(store, folder)).toBe('ok');
      }
      expect(interrupted).toBeGreaterThan(0);

      const last = await startServer(store);
      await client.check(last);
      for (const asked of client.asked) {
        const result = JSON.parse(await client.finished(last, asked)) as ComparisonResult;
        expect(withoutWallTime(result)).toEqual(expectedOf(asked.body));
      }
      expect(await last.end('SIGTERM')).toBe(0);
      expect(integrity(store, folder)).toBe('ok');
    },
    TEST_MS_MAX,
  );
});

/** Asks, remembers what it was told, and holds the server to it. */
class Client {
  readonly asked: Asked[] = [];
  readonly #entries = new Map<string, object>();
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** Comparisons that were acknowledged and were not seen to be finished. */
  unfinished(): number {
    return this.asked.filter(({ id, result }) => id !== null && result === null).length;
  }

  /** Asks for one thing after the other, until there is nobody who answers. */
  async useUntilGone(server: ServerProcess): Promise<void> {
    try {
      for (;;) {
        await sleep(5);
        const turn = this.#random.integer(8);
        if (turn === 0) await this.#addEntry(server);
        else if (turn < 4 && this.unfinished() < 8) await this.#ask(server);
        else await this.#look(server);
      }
    } catch (error) {
      // What fetch throws when the connection breaks. Anything else is what this test is there to find.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** All that the server of the round before has said. */
  async check(server: ServerProcess): Promise<void> {
    for (const asked of this.asked) {
      const before = asked.id;
      const response = await this.#post(server, asked);
      if (before === null) continue; // it may have been taken in without our knowing, or not
      expect(asked.id).toBe(before);
      expect(response.headers.get('idempotency-replayed')).toBe('true');
      const { status, spec } = (await this.#get(server, `/v1/comparisons/${before}`)) as Record<string, unknown>;
      expect(spec).toEqual(asked.body);
      expect(['queued', 'running', 'succeeded']).toContain(status);
      if (asked.result !== null) expect(await text(server, `/v1/comparisons/${before}/result`)).toBe(asked.result);
    }
    for (const [name, document] of this.#entries) {
      expect(await this.#get(server, `/v1/scenarios/${name}`)).toEqual(document);
    }
    const { items } = (await this.#get(server, '/v1/comparisons?limit=100')) as { items: { id: string }[] };
    const ids = items.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of this.asked.slice(-50)) expect(ids).toContain(id);
  }

  /** The result, when it is there. */
  async finished(server: ServerProcess, asked: Asked): Promise<string> {
    for (;;) {
      const { status } = (await this.#get(server, `/v1/comparisons/${asked.id}`)) as { status: string };
      if (status === 'succeeded') return text(server, `/v1/comparisons/${asked.id}/result`);
      expect(['queued', 'running']).toContain(status);
      await sleep(20);
    }
  }

  async #ask(server: ServerProcess): Promise<void> {
    const repetitions = this.#random.integer(3) === 0 ? 10 : 1;
    const body = {
      scenario: 'hgm-collapse-2m',
      overrides: SMALL,
      schemes: ['range', 'post-collapse/promote'],
      repetitions,
      seed: this.#random.integer(3),
    };
    const query = this.#random.integer(4) === 0 ? '' : '?fresh=true';
    const asked: Asked = { key: `key ${this.asked.length}`, body, query, id: null, result: null };
    this.asked.push(asked);
    await this.#post(server, asked);
  }

  async #post(server: ServerProcess, asked: Asked): Promise<Response> {
    const response = await fetch(`${server.address}/v1/comparisons${asked.query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': asked.key },
      body: JSON.stringify(asked.body),
    });
    const answer = (await response.json()) as { id: string };
    expect([response.status, answer]).toEqual([202, expect.objectContaining({ id: expect.any(String) })]);
    asked.id = answer.id;
    return response;
  }

  async #look(server: ServerProcess): Promise<void> {
    const open = this.asked.filter(({ id, result }) => id !== null && result === null);
    const asked = open[this.#random.integer(Math.max(1, open.length))];
    if (asked === undefined) return;
    const { status } = (await this.#get(server, `/v1/comparisons/${asked.id}`)) as { status: string };
    expect(['queued', 'running', 'succeeded']).toContain(status);
    if (status === 'succeeded') asked.result = await text(server, `/v1/comparisons/${asked.id}/result`);
  }

  async #addEntry(server: ServerProcess): Promise<void> {
    const name = `added-${this.#random.integer(1_000_000)}`;
    const document = { name, description: 'Added while the server was about to be killed.' };
    const response = await fetch(`${server.address}/v1/scenarios`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(document),
    });
    await response.text();
    if (response.status === 201) this.#entries.set(name, document);
  }

  async #get(server: ServerProcess, path: string): Promise<unknown> {
    return JSON.parse(await text(server, path)) as unknown;
  }
}

async function text(server: ServerProcess, path: string): Promise<string> {
  const response = await fetch(server.address + path);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${body}`);
  return body;
}

const expectedResults = new Map<string, unknown>();

/** Without a server, without a thread. */
function expectedOf(request: ComparisonRequest): unknown {
  const key = JSON.stringify(request);
  let expected = expectedResults.get(key);
  if (expected === undefined) {
    const plan = planComparison(request);
    const results = plan.runs.map((run) => runScenario(run));
    // As it goes over the wire.
    expected = JSON.parse(
      JSON.stringify(
        withoutWallTime(
          summarize(
            plan,
            results,
            results.map(() => 0),
          ),
        ),
      ),
    );
    expectedResults.set(key, expected);
  }
  return expected;
}

/** Of a copy: to look into the file itself would repair what the server has to repair. */
function integrity(store: string, folder: string): unknown {
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) {
    rmSync(copy + suffix, { force: true });
    if (existsSync(store + suffix)) copyFileSync(store + suffix, copy + suffix);
  }
  const database = new DatabaseSync(copy);
  try {
    return database.prepare('PRAGMA integrity_check').get()?.integrity_check;
  } finally {
    database.close();
  }
}
