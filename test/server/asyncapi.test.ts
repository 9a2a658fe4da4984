// The AsyncAPI document: valid, and what comes over a socket of the running service is as it says.

import { Parser } from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/server/app.ts';
import { TOPICS } from '../../src/server/event-log.ts';
import { callsOf, documentOf, examplesOf, type JsonObject } from './support/document.ts';
import { quickHost } from './support/measuring-host.ts';
import { startService } from './support/service.ts';

interface Message {
  payload: JsonObject;
  examples: { payload: unknown }[];
}

interface AsyncApi {
  asyncapi: string;
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { messages: Record<string, Message>; schemas: Record<string, JsonObject> };
  servers: { service: { security?: unknown[] } };
}

const asyncApiOf = async (app: App, headers: Record<string, string> = {}): Promise<AsyncApi> =>
  (await app.inject({ url: '/asyncapi.json', headers })).json<AsyncApi>();

/** Says what is wrong with a frame of this channel; null: it is one of its messages. */
function judgeOf({ components, channels }: AsyncApi, channel: string): (frame: unknown) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const payloads = Object.entries(channels[channel]!.messages).map(([type, { $ref }]) => {
    const { payload } = components.messages[$ref.split('/').at(-1)!]!;
    return [type, ajv.compile({ ...payload, components: { schemas: components.schemas } })] as const;
  });
  const validators = new Map(payloads);
  return (frame) => {
    const { type } = frame as { type: string };
    const validate = validators.get(type);
    if (validate === undefined) return `${type} is no message of ${channel}`;
    return validate(frame) ? null : `${JSON.stringify(frame).slice(0, 400)}: ${ajv.errorsText(validate.errors)}`;
  };
}

describe('GET /asyncapi.json', () => {
  it.each([undefined, 'a-token'])(
    'token %s: valid AsyncAPI 3 that asks for what the service asks for',
    async (token) => {
      const app = await startService({ token });
      const document = await asyncApiOf(app, { authorization: `Bearer ${token}` });
      const { diagnostics } = await new Parser().parse(JSON.stringify(document));
      const errors = diagnostics.filter(({ severity }) => severity === 0);
      expect(errors.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
      expect(document.asyncapi).toBe('3.0.0');
      expect(document.servers.service.security?.length).toBe(token === undefined ? undefined : 1);
    },
  );

  it('has a channel for every call that speaks WebSocket, in both directions', async () => {
    const app = await startService();
    const { channels, operations } = await asyncApiOf(app);
    const sockets = callsOf(await documentOf(app)).filter(({ operation }) => '426' in operation.responses);
    expect(sockets.length).toBeGreaterThan(2);
    expect(Object.values(channels).map(({ address }) => address)).toEqual(sockets.map(({ path }) => path));
    for (const name of Object.keys(channels)) {
      const own = Object.values(operations).filter(({ channel }) => channel.$ref === `#/channels/${name}`);
      expect([name, own.map(({ action }) => action).toSorted()]).toEqual([name, ['receive', 'send']]);
    }
  });

  it('its examples: as their messages say', async () => {
    const document = await asyncApiOf(await startService());
    for (const [channel, { messages }] of Object.entries(document.channels)) {
      const judge = judgeOf(document, channel);
      for (const { $ref } of Object.values(messages)) {
        const { examples } = document.components.messages[$ref.split('/').at(-1)!]!;
        expect(examples.map(({ payload }) => judge(payload))).toEqual([null]);
      }
    }
  });
});

describe('frames of a listening service', () => {
  it('every channel: all that comes, until the end, is one of its messages', async () => {
    const app = await startService({ measuringHost: quickHost });
    const { host } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const openApi = await documentOf(app);
    const asyncApi = await asyncApiOf(app);
    for (const [channel, { address }] of Object.entries(asyncApi.channels)) {
      const judge = judgeOf(asyncApi, channel);
      const [collection = ''] = address.split('/{');
      const seen = new Set<string>();
      for (const [, payload] of examplesOf(openApi.paths[collection]?.post?.requestBody?.content)) {
        const { headers } = await app.inject({ method: 'POST', url: collection, payload: payload as object });
        const id = String(headers.location).split('/').at(-1)!;
        const url = `ws://${host}${address.replace(/\{\w+\}/, id)}`;
        const { opened, frames: coming } = follow(url, [
          'nonsense',
          { type: 'subscribe', topics: TOPICS, sinceSeq: 0 },
        ]);
        if (collection === '/v1/simulations') await opened.then(() => live(app, `${collection}/${id}`));
        const frames = await coming;
        for (const { type } of frames) seen.add(type);
        expect(frames.map(judge).filter((wrong) => wrong !== null)).toEqual([]);
      }
      expect([channel, ...seen]).toEqual(expect.arrayContaining([channel, 'error', 'events', 'end']));
    }
  });

  it('real runs, all topics: each event as the document says, and every topic was seen', async () => {
    const app = await startService({ poolOptions: { threads: 1, workerFile: undefined } });
    const { host } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const judge = judgeOf(await asyncApiOf(app), 'comparisonEvents');
    const post = async (payload: object): Promise<string> => {
      const response = await app.inject({ method: 'POST', url: '/v1/comparisons', payload });
      return response.json<{ id: string }>().id;
    };
    // What is asked for by name has to be asked for before the run begins, so this one keeps it waiting.
    const blocker = await post({ scenario: 'postcopy-4k', repetitions: 1000 });
    const small = { 'vm.vcpus': 2, settle: '1ms' };
    const requests = [
      { scenario: 'hgm-collapse-2m', schemes: ['range', 'post-collapse/cut'], overrides: small, repetitions: 1 },
      { scenario: 'postcopy-2m', schemes: ['range'], overrides: { ...small, 'vm.memory': '8MiB' }, repetitions: 1 },
      { scenario: 'thp-anon-collapse', schemes: ['post-collapse/promote'], overrides: small, repetitions: 1 },
    ];
    const ids = [];
    for (const request of requests) ids.push(await post(request));
    const all = ids.map((id) => {
      const message = { type: 'subscribe', topics: TOPICS };
      const { opened, frames } = follow(`ws://${host}/v1/comparisons/${id}/events`, [message]);
      return { opened, frames };
    });
    await Promise.all(all.map(({ opened }) => opened));
    await app.inject({ method: 'DELETE', url: `/v1/comparisons/${blocker}` });
    const seen = new Set<string>();
    for (const frames of await Promise.all(all.map((one) => one.frames))) {
      expect(frames.map(judge).filter((wrong) => wrong !== null)).toEqual([]);
      for (const { events = [] } of frames) for (const { topic } of events) seen.add(topic);
    }
    expect([...seen].toSorted()).toEqual(TOPICS.toSorted());
  });

  it('a frame that is none of the document: told', async () => {
    const judge = judgeOf(await asyncApiOf(await startService()), 'comparisonEvents');
    expect(judge({ type: 'events', events: [{ seq: 1, topic: 'stall' }] })).toContain('must');
    expect(judge({ type: 'news' })).toBe('news is no message of comparisonEvents');
    expect(judge({ type: 'end', status: 'succeeded', more: 1 })).toContain('must NOT have additional properties');
  });
});

/** All that a simulation says of itself, and its end. */
async function live(app: App, url: string): Promise<void> {
  const post = (path: string, payload: object) => app.inject({ method: 'POST', url: `${url}/${path}`, payload });
  await post('operations', { operation: 'madv-collapse', range: { start: 0, length: '2MiB' } });
  expect((await post('advance', { by: '2ms' })).json<{ outcome: string }>().outcome).toBe('reached');
  await post('pace', { speed: 0.001 });
  await app.inject({ method: 'POST', url: `${url}/pause` });
  await app.inject({ method: 'DELETE', url });
}

interface Frame {
  type: string;
  events?: { topic: string }[];
}

/** `frames`: all until the service closes the socket. `opened`: the service has had the time to take the messages in, since it answers in order. */
function follow(url: string, messages: readonly unknown[]): { opened: Promise<void>; frames: Promise<Frame[]> } {
  const socket = new WebSocket(url);
  const got: Frame[] = [];
  const opened = Promise.withResolvers<void>();
  const frames = Promise.withResolvers<Frame[]>();
  socket.on('open', () => {
    for (const message of messages) socket.send(JSON.stringify(message));
    socket.ping();
  });
  socket.on('pong', () => opened.resolve());
  socket.on('message', (data) => got.push(JSON.parse(String(data)) as Frame));
  socket.on('close', () => frames.resolve(got));
  socket.on('error', (error) => {
    opened.reject(error);
    frames.reject(error);
  });
  return { opened: opened.promise, frames: frames.promise };
}
