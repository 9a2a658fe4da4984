// The document as it is handed out. The routes say what is their own; what holds for every call is added here: its name, the
// problems and headers that any call may answer with, an example of each body. A route that is added later gets all of it.

import { isHealthPath } from '../authentication.ts';
import type { EdgeErrorCode } from '../errors.ts';
import { EDGE_ERRORS } from '../errors.ts';
import { hoistComponents, type Json, type JsonObject } from './components.ts';
import { exampleOf } from './examples.ts';
import { headersOf } from './headers.ts';
import { operationIdOf } from './operation-ids.ts';
import { requestExamples } from './request-examples.ts';

const PROBLEM = 'application/problem+json';
/** What stands where a route has said nothing. */
const UNDESCRIBED = 'Default Response';

interface Operation extends JsonObject {
  responses: Record<string, JsonObject>;
}

/** `document` is what the routes gave. */
export function completeDocument<Document extends object>(document: Document, needsToken: boolean): Document {
  const components = new Map<string, JsonObject>();
  const hoisted = hoistComponents(plain(document), components) as { paths: Record<string, Record<string, Operation>> };
  const paths = Object.keys(hoisted.paths);
  for (const [path, operations] of Object.entries(hoisted.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const isOpen = Array.isArray(operation.security) && operation.security.length === 0;
      operations[method] = completeOperation(method, path, operation, {
        paths,
        components,
        needsToken: needsToken && !isOpen,
      });
    }
  }
  const { components: others = {} } = hoisted as unknown as { components?: JsonObject };
  const schemas = Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...hoisted, components: { ...others, schemas } } as unknown as Document;
}

interface Surroundings {
  readonly paths: readonly string[];
  readonly components: ReadonlyMap<string, JsonObject>;
  readonly needsToken: boolean;
}

function completeOperation(method: string, path: string, given: Operation, around: Surroundings): Operation {
  const operationId = given.operationId ?? operationIdOf(method, path, around.paths);
  const operation: Operation = { operationId, ...given, responses: { ...given.responses } };
  for (const code of codesOfEveryCall(method, path, given, around.needsToken)) addProblem(operation, code);
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response.description === UNDESCRIBED) response.description = descriptionOf(response, operation, around);
    const headers = headersOf(Number(status), operation);
    operation.responses[status] = { ...response, headers: { ...headers, ...((response.headers ?? {}) as JsonObject) } };
    addExamples(operation.responses[status], around.components);
  }
  for (const parameter of (operation.parameters ?? []) as JsonObject[]) {
    // The validator fills it in, so nobody has to send it.
    if ((parameter.schema as JsonObject | undefined)?.default !== undefined) parameter.required = false;
  }
  if (operation.requestBody !== undefined) addRequestExamples(operation.requestBody as JsonObject, around.components);
  return operation;
}

/** What the schema of the answer says of itself. */
function descriptionOf(response: JsonObject, operation: Operation, { components }: Surroundings): string {
  const [media] = Object.values((response.content ?? {}) as Record<string, JsonObject>);
  const { $ref } = (media?.schema ?? {}) as JsonObject;
  const { description } = components.get(String($ref).split('/').at(-1) ?? '') ?? {};
  return String(description ?? operation.summary);
}

/** What any call may answer, whatever it is for. */
function codesOfEveryCall(method: string, path: string, { tags }: Operation, needsToken: boolean): EdgeErrorCode[] {
  // The library and the catalog are read from memory.
  const readsMemory = method === 'get' && Array.isArray(tags) && tags.includes('library');
  // A live simulation does not last, and nothing about it does.
  const isStored = path.startsWith('/v1/') && !(Array.isArray(tags) && tags.includes('simulations'));
  return [
    ...(path.includes('{') ? (['REQUEST_INVALID'] as const) : []),
    ...(needsToken ? (['UNAUTHORIZED'] as const) : []),
    ...(isHealthPath(path) ? [] : (['ORIGIN_REFUSED', 'RATE_LIMITED'] as const)),
    // Who asks for a token need not mind under which name it is called.
    ...(isHealthPath(path) || needsToken ? [] : (['HOST_REFUSED'] as const)),
    ...(isHealthPath(path) || method === 'delete' ? [] : (['OVERLOADED'] as const)),
    // A body that nobody asked for is looked at all the same.
    ...(method === 'get' ? [] : CODES_OF_A_BODY),
    ...(method === 'post' ? (['STOPPING'] as const) : []),
    ...(isStored && !readsMemory ? (['STORE_FAILED'] as const) : []),
    ...(isStored && method !== 'get' ? (['STORE_FULL'] as const) : []),
    'INTERNAL',
  ];
}

const CODES_OF_A_BODY: readonly EdgeErrorCode[] = [
  'BODY_MALFORMED',
  'BODY_TOO_DEEP',
  'BODY_KEY_FORBIDDEN',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
];

interface ProblemSchema extends JsonObject {
  properties: { code: { enum: string[] } };
}

function addProblem(operation: Operation, code: EdgeErrorCode): void {
  const { status, title } = EDGE_ERRORS[code];
  const known = problemSchemaOf(operation.responses[status]);
  const sentence = `${code}: ${title}`;
  if (known === null) {
    const schema = {
      allOf: [{ $ref: '#/components/schemas/Problem' }],
      type: 'object',
      properties: { code: { type: 'string', enum: [code] } },
    };
    operation.responses[status] = { description: sentence, content: { [PROBLEM]: { schema } } };
    return;
  }
  const { properties } = known;
  if (properties.code.enum.includes(code)) return;
  properties.code.enum.push(code);
  const response = operation.responses[status]!;
  response.description = `${String(response.description)} ${sentence}`;
}

const problemSchemaOf = (response: JsonObject | undefined): ProblemSchema | null =>
  (((response?.content as JsonObject | undefined)?.[PROBLEM] as JsonObject | undefined)?.schema as
    | ProblemSchema
    | undefined) ?? null;

function addExamples(response: JsonObject, components: ReadonlyMap<string, JsonObject>): void {
  for (const [type, media] of Object.entries((response.content ?? {}) as Record<string, JsonObject>)) {
    if (media.example !== undefined || media.examples !== undefined) continue;
    if (type === PROBLEM) media.examples = problemExamples(problemSchemaOf(response)?.properties.code.enum ?? []);
    else if (type.endsWith('json')) media.example = exampleOf(media.schema, components);
  }
}

const problemExamples = (codes: readonly string[]): JsonObject =>
  Object.fromEntries(
    codes.map((code) => {
      const { status, title } = EDGE_ERRORS[code as EdgeErrorCode];
      return [code, { value: { type: `urn:stallscope:error:${code}`, title, status, code } }];
    }),
  );

function addRequestExamples(requestBody: JsonObject, components: ReadonlyMap<string, JsonObject>): void {
  for (const media of Object.values((requestBody.content ?? {}) as Record<string, JsonObject>)) {
    if (media.example !== undefined || media.examples !== undefined) continue;
    const { $ref } = (media.schema ?? {}) as JsonObject;
    const known = typeof $ref === 'string' ? requestExamples[$ref.split('/').at(-1) ?? ''] : undefined;
    if (known === undefined) media.example = exampleOf(media.schema, components);
    else
      media.examples = Object.fromEntries(
        Object.entries(known).map(([name, value]) => [name, { value: plain(value) }]),
      );
  }
}

/** As it goes over the wire: what is shared between routes is no longer. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
