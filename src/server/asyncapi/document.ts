// The AsyncAPI document, from the OpenAPI document: every call that speaks WebSocket is a channel. What goes over it is the
// same for all of them, but for the events, whose schema the route says.

import type { TSchema } from 'typebox';
import type { Json, JsonObject } from '../openapi/components.ts';
import { exampleOf } from '../openapi/examples.ts';
import { frames } from './messages.ts';

interface OpenApi {
  readonly info: JsonObject;
  readonly paths: Record<string, Record<string, JsonObject>>;
  readonly components: { readonly schemas: Record<string, JsonObject>; readonly securitySchemes?: JsonObject };
}

/** Where a route's events are described in the OpenAPI document. */
const EVENTS = 'x-events';

/** For the schema of a route that speaks WebSocket: what its events are. */
export const describedBy = (events: TSchema): object => ({ [EVENTS]: events });

export function asyncApiDocument(openApi: object): object {
  const { info, paths, components } = openApi as OpenApi;
  const known = new Map(Object.entries(components.schemas));
  const channels: JsonObject = {};
  const operations: JsonObject = {};
  const messages: JsonObject = { ...frames };
  const used: Json[] = [frames];

  for (const [address, { get }] of Object.entries(paths)) {
    const events = get?.[EVENTS];
    if (get === undefined || events === undefined || !('426' in (get.responses as JsonObject))) continue;
    const channel = String(get.operationId)
      .replace(/^get/, '')
      .replace(/^./, (first) => first.toLowerCase());
    messages[`${channel}Batch`] = batchOf(events, exampleOf(events, known));
    used.push(events);
    channels[channel] = channelOf(address, channel, get);
    operations[`follow${capital(channel)}`] = operationOf('send', channel, [
      'events',
      'gap',
      'error',
      'heartbeat',
      'end',
    ]);
    operations[`subscribe${capital(channel)}`] = operationOf('receive', channel, ['subscribe']);
  }

  const securitySchemes = components.securitySchemes;
  return {
    asyncapi: '3.0.0',
    // OpenAPI knows identifiers of licences, AsyncAPI does not.
    info: { ...info, license: { name: (info.license as JsonObject).name ?? '' } },
    defaultContentType: 'application/json',
    servers: {
      service: {
        host: '{address}',
        protocol: 'ws',
        description: 'Where the service listens.',
        variables: { address: { default: '127.0.0.1:8080', description: 'Host and port.' } },
        ...(securitySchemes === undefined ? {} : { security: [{ $ref: '#/components/securitySchemes/token' }] }),
      },
    },
    channels,
    operations,
    components: {
      messages,
      schemas: reachable(used, known),
      ...(securitySchemes === undefined ? {} : { securitySchemes }),
    },
  };
}

function channelOf(address: string, channel: string, get: JsonObject): JsonObject {
  const parameters = ((get.parameters ?? []) as JsonObject[]).filter((parameter) => parameter.in === 'path');
  return {
    address,
    title: String(get.operationId),
    description: String(get.summary),
    parameters: Object.fromEntries(parameters.map(({ name, description = '' }) => [String(name), { description }])),
    messages: {
      ...Object.fromEntries(Object.keys(frames).map((name) => [name, { $ref: `#/components/messages/${name}` }])),
      events: { $ref: `#/components/messages/${channel}Batch` },
    },
    bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
  };
}

/** `action` is that of the service. */
const operationOf = (action: 'send' | 'receive', channel: string, names: readonly string[]): JsonObject => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
});

const batchOf = (items: Json, example: Json): JsonObject => ({
  name: 'events',
  title: 'What has happened, in order of seq.',
  payload: {
    type: 'object',
    required: ['type', 'events'],
    properties: { type: { const: 'events' }, events: { type: 'array', minItems: 1, maxItems: 256, items } },
    additionalProperties: false,
  },
  examples: [{ payload: { type: 'events', events: [example] } }],
});

/** Those that are referred to from `from`, and those that they refer to. */
function reachable(from: Json, known: ReadonlyMap<string, JsonObject>): JsonObject {
  const found: JsonObject = {};
  const visit = (node: Json | undefined): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const child of Object.values(node)) visit(child);
    const name = Array.isArray(node) ? undefined : node.$ref;
    const last = typeof name === 'string' ? (name.split('/').at(-1) ?? '') : '';
    const schema = known.get(last);
    if (schema === undefined || last in found) return;
    found[last] = schema;
    visit(schema);
  };
  visit(from);
  return found;
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
