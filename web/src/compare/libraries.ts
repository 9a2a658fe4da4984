// What a question may name: scenarios and profiles of the service, and what one of them says.

import { isDocument } from '../api/comparison-question.ts';
import { type Loaded, useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';

interface LibraryEntry {
  readonly name: string;
  readonly description: string;
}

export interface Libraries {
  readonly scenarios: readonly LibraryEntry[];
  readonly profiles: readonly LibraryEntry[];
}

/** More added ones than a service takes. */
const MOST_PAGES = 10;

export const useLibraries = (): Loaded<Libraries> =>
  useLoaded('libraries', async () => {
    const [scenarios, profiles] = await Promise.all([entries('/v1/scenarios'), entries('/v1/profiles')]);
    return { scenarios, profiles };
  });

async function entries(path: '/v1/scenarios' | '/v1/profiles'): Promise<readonly LibraryEntry[]> {
  const found: LibraryEntry[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query: { cursor?: string } = cursor === null ? {} : { cursor };
    const data = (await service.api.GET(path, { params: { query } })).data!;
    found.push(...data.items);
    cursor = data.nextCursor;
    if (cursor === null) break;
  }
  return found;
}

/** The scenario of a question as it was written: from the library, or the document itself. */
export const useScenario = (scenario: string): Loaded<unknown> =>
  useLoaded(scenario, async (): Promise<unknown> => {
    if (!isDocument(scenario)) {
      const params = { path: { name: scenario } };
      return (await service.api.GET('/v1/scenarios/{name}', { params })).data;
    }
    try {
      return JSON.parse(scenario) as unknown;
    } catch {
      return {};
    }
  });
