// What the service answers in a second beside a Fastify that does nothing. They take turns, and the ratio is that of rounds: a
// machine that is slow for a while is slow for both.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../../src/server/store/database.ts';
import { goal, median, type Section } from '../section.ts';
import { client } from './client.ts';
import type { Load, LoadResult } from './load-child.ts';
import { type Server, startHello, startService } from './servers.ts';

const SHARE_MIN = 0.5;
const ROUNDS = 5;
const SECONDS = 2;
const COMMITS = 300;
const QUESTION = { scenario: 'hgm-collapse-2m', schemes: ['range', 'post-collapse/promote'], repetitions: 1 };

interface Target {
  readonly name: string;
  readonly server: Server;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Round {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly bytes: number;
}

export const requests: Section = {
  name: 'service-requests',
  title: `Service: requests a second, ${ROUNDS} rounds of ${SECONDS} s`,
  async run(print) {
    const hello = await startHello();
    const service = await startService();
    try {
      const { id } = await service.post<{ id: string }>('/v1/comparisons', QUESTION);
      await finished(service, `/v1/comparisons/${id}`);
      const bytes = (await service.get('/v1/catalog')).length;
      const bare: Target = { name: 'bare hello', server: hello, path: '/healthz' };
      const large: Target = { name: 'bare, as large', server: hello, path: `/bytes/${bytes}` };
      const asked: Target[] = [
        { name: 'health', server: service, path: '/healthz' },
        { name: 'result', server: service, path: `/v1/comparisons/${id}/result` },
        { name: 'catalog, gzip', server: service, path: '/v1/catalog', headers: { 'accept-encoding': 'gzip' } },
        { name: 'catalog', server: service, path: '/v1/catalog' },
      ];
      const again: Target = { name: 'asked again', server: service, path: '/v1/comparisons', body: QUESTION };
      const rounds = await measure([bare, large, ...asked, again]);
      const of = ({ name }: { name: string }): Round[] => rounds.get(name) ?? [];
      for (const target of [bare, ...asked, large]) print(row(target.name, of(target), of(bare)));
      for (const name of ['result', 'catalog, gzip']) {
        const share = ratio(of({ name }), of(bare));
        print(`  ${name} at least ${SHARE_MIN} of the bare hello: ${goal(share >= SHARE_MIN)}`);
      }
      const share = ratio(of({ name: 'catalog' }), of(large));
      print(
        `  catalog ${share.toFixed(2)} of a bare answer as large, at least ${SHARE_MIN}: ${goal(share >= SHARE_MIN)}`,
      );
      const perSecond = commitsPerSecond(join(service.folder, 'commits.db'));
      const commits = median(of(again).map((round) => round.perSecond)) / perSecond;
      print(row(again.name, of(again), of(bare)));
      print(
        `  each is on the disk before its answer: ${commits.toFixed(2)} of ${whole(perSecond)} bare commits a second`,
      );
    } finally {
      await Promise.all([hello.close(), service.close()]);
    }
  },
};

async function measure(targets: readonly Target[]): Promise<Map<string, Round[]>> {
  const rounds = new Map(targets.map(({ name }): [string, Round[]] => [name, []]));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { name, server, path, body, headers } of targets) {
      const load: Load = {
        url: server.address + path,
        seconds: SECONDS,
        ...(body === undefined ? {} : { body }),
        ...(headers === undefined ? {} : { headers }),
      };
      const before = await server.usage();
      const { requests, seconds, bytesPerAnswer } = await client<LoadResult>('./load-child.ts', load);
      const after = await server.usage();
      if (round === 0) continue;
      const cpuUs = ((after.cpuMs - before.cpuMs) * 1000) / requests;
      rounds.get(name)?.push({ perSecond: requests / seconds, cpuUs, bytes: bytesPerAnswer });
    }
  }
  return rounds;
}

const ratio = (rounds: readonly Round[], others: readonly Round[]): number =>
  median(rounds.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? Number.NaN)));

function row(name: string, rounds: readonly Round[], bare: readonly Round[]): string {
  const perSecond = whole(median(rounds.map((round) => round.perSecond)));
  const cpuUs = median(rounds.map((round) => round.cpuUs)).toFixed(0);
  const bytes = whole(median(rounds.map((round) => round.bytes)));
  const share = ratio(rounds, bare).toFixed(2);
  return `  ${name.padEnd(14)} ${perSecond.padStart(7)}/s, ${share} of the bare hello; ${cpuUs.padStart(3)} us of its thread, ${bytes} bytes each`;
}

/** What the disk allows: transactions of one row, one after the other, with the durability of an answer. */
function commitsPerSecond(file: string): number {
  const database = new Database(file);
  const commit = (): void =>
    database.transaction('acknowledged', () => {
      database.run('INSERT INTO scheme (scheme, seq) VALUES (?, ?)', randomUUID(), 1);
    });
  database.run(
    `INSERT INTO job (seq, id, kind, status, created_at, done, total, scenario, schemes, question, fresh, reused, attempts, spec)
     VALUES (1, 'one', 'comparison', 'queued', '', 0, 1, NULL, '[]', NULL, 0, 0, 0, x'00')`,
  );
  const started = performance.now();
  for (let n = 0; n < COMMITS; n++) commit();
  const ms = performance.now() - started;
  database.close();
  return (COMMITS * 1000) / ms;
}

async function finished(service: Server, path: string): Promise<void> {
  for (;;) {
    const { status } = JSON.parse(await service.get(path)) as { status: string };
    if (status === 'succeeded') return;
    if (status !== 'queued' && status !== 'running') throw new Error(`the comparison ${status}`);
    await sleep(50);
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
