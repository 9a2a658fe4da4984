// Writes src/client/api-types.ts: the types of the client, from the OpenAPI document that the service hands out.
// A test makes them again and compares. Usage: npm run client

import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { pino } from 'pino';
import { buildApp } from '../src/server/app.ts';
import { openStore } from '../src/server/store/store.ts';
import { WorkerPool } from '../src/server/worker-pool.ts';

export const API_TYPES = fileURLToPath(new URL('../src/client/api-types.ts', import.meta.url));

const HEAD = `// The interface of the service as types. Generated from /openapi.json by \`npm run client\`; do not edit.\n
/* biome-ignore-all lint: generated */
/* biome-ignore-all format: generated */\n\n`;

/** The text of the file, for the service as it is. */
export async function apiTypes(): Promise<string> {
  const pool = new WorkerPool({ threads: 1 });
  const store = openStore();
  const app = await buildApp({ pool, store, logger: pino({ level: 'silent' }) });
  try {
    await app.ready();
    const document = JSON.parse(JSON.stringify(app.swagger()), withoutExamples) as OpenAPI3;
    const ast = await openapiTS(document, { alphabetize: true, defaultNonNullable: false });
    return HEAD + astToString(ast);
  } finally {
    await app.close();
    await pool.close();
    store.close();
  }
}

/** What types have no use for, and most of the document. A property of that name is a schema, and stays. */
function withoutExamples(this: unknown, key: string, value: unknown): unknown {
  if (key === 'headers' && typeof this === 'object' && this !== null && 'description' in this) return undefined;
  if (key === 'example') return undefined;
  return key === 'examples' && (Array.isArray(value) || !isSchema(value)) ? undefined : value;
}

const isSchema = (value: unknown): boolean => typeof value === 'object' && value !== null && 'type' in value;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(API_TYPES, await apiTypes());
