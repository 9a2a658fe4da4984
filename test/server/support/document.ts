// The OpenAPI document as tests read it: its operations, the answers that each may give, and a judge of answers. A new route
// is in it as soon as it exists.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { App } from '../../../src/server/app.ts';

export type JsonObject = Record<string, unknown>;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: JsonObject;
  example?: unknown;
}

interface Media {
  schema: JsonObject;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

export interface Answer {
  description: string;
  headers?: Record<string, { schema: JsonObject }>;
  content?: Record<string, Media>;
}

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Answer>;
}

/** One call of the document. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonObject> };
}

export async function documentOf(app: App, headers: Record<string, string> = {}): Promise<Document> {
  return (await app.inject({ url: '/openapi.json', headers })).json<Document>();
}

export const callsOf = ({ paths }: Document): Call[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** Codes of the problems that an answer may be, or none: it is no problem. */
export function codesOf(answer: Answer): string[] {
  const schema = answer.content?.['application/problem+json']?.schema as
    | { properties?: { code?: { enum?: string[] } } }
    | undefined;
  return schema?.properties?.code?.enum ?? [];
}

/** The examples of a body, by name. */
export function examplesOf(content: Record<string, Media> | undefined): [string, unknown][] {
  return Object.values(content ?? {}).flatMap(({ example, examples }) => [
    ...(example === undefined ? [] : [['example', example] as [string, unknown]]),
    ...Object.entries(examples ?? {}).map(([name, { value }]): [string, unknown] => [name, value]),
  ]);
}

export interface Heard {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly header: (name: string) => string | null;
}

/** Says what is wrong with values and answers, as the document has them. */
export class Judge {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  readonly #compiled = new Map<object, ValidateFunction>();
  readonly #schemas: Record<string, JsonObject>;

  /** `closed`: a field that no schema knows is wrong, too. */
  constructor({ components }: Document, { closed = false } = {}) {
    this.#schemas = closed ? (closing(components.schemas, true) as Record<string, JsonObject>) : components.schemas;
    this.#ajv.addSchema({ $id: 'document', components: { schemas: this.#schemas } });
  }

  /** Null: as the schema says. */
  value(schema: JsonObject, value: unknown): string | null {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      validate = this.#ajv.compile(absolute(schema) as JsonObject);
      this.#compiled.set(schema, validate);
    }
    return validate(value) ? null : this.#ajv.errorsText(validate.errors);
  }

  /** Null: one of the answers that the call may give. */
  answer({ method, path, operation }: Call, heard: Heard): string | null {
    const where = `${method} ${path}: ${heard.status} ${heard.type} ${heard.text.slice(0, 300)}`;
    const answer = operation.responses[heard.status];
    if (answer === undefined) return `${where}: a status that is not documented`;
    if (heard.header('x-request-id') === null) return `${where}: no x-request-id`;
    for (const [name, { schema }] of Object.entries(answer.headers ?? {})) {
      const value = heard.header(name);
      const wrong = value === null ? null : this.value(schema, value);
      if (wrong !== null) return `${where}: header ${name}: ${wrong}`;
    }
    if (answer.content === undefined) return heard.text === '' ? null : `${where}: a body that is not documented`;
    const media = answer.content[heard.type];
    if (media === undefined) return `${where}: a type that is not documented`;
    if (!heard.type.endsWith('json')) return null;
    const wrong = this.value(media.schema, JSON.parse(heard.text));
    return wrong === null ? null : `${where}: ${wrong}`;
  }
}

/** References into the document that was added, from a piece of it. */
const absolute = (node: unknown): unknown =>
  mapObjects(node, (object) =>
    typeof object.$ref === 'string' ? { ...object, $ref: `document${object.$ref}` } : object,
  );

/** Every object that lists its fields takes no other, but for parts of an allOf, which only know their own. */
function closing(node: unknown, closes: boolean): unknown {
  if (Array.isArray(node)) return node.map((child) => closing(child, closes));
  if (typeof node !== 'object' || node === null) return node;
  const object = node as JsonObject;
  const copy = Object.fromEntries(
    Object.entries(object).map(([key, child]) => [key, closing(child, key !== 'allOf' && key !== 'default')]),
  );
  const lists = closes && object.type === 'object' && typeof object.properties === 'object';
  const isOpen = object.additionalProperties !== undefined || object.allOf !== undefined;
  return lists && !isOpen && Object.keys(object.properties as object).length > 0
    ? { ...copy, additionalProperties: false }
    : copy;
}

function mapObjects(node: unknown, change: (object: JsonObject) => JsonObject): unknown {
  if (Array.isArray(node)) return node.map((child) => mapObjects(child, change));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, child]) => [key, mapObjects(child, change)]);
  return change(Object.fromEntries(entries) as JsonObject);
}
