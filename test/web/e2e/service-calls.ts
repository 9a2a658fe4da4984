// What a test asks of the service by itself, to hold the screen against it.

import { createClient, type JobStatus } from '../../../src/client/index.ts';

export const clientOf = (url: string) => createClient({ baseUrl: url });
export type TestClient = ReturnType<typeof clientOf>;

const PAUSE_MS = 50;
const FINAL: ReadonlySet<JobStatus> = new Set<JobStatus>(['succeeded', 'failed', 'cancelled']);

/** The job as it is when it has ended. */
export async function ended<State extends { readonly status: JobStatus }>(ask: () => Promise<State>): Promise<State> {
  for (;;) {
    const state = await ask();
    if (FINAL.has(state.status)) return state;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
