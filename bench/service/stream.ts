// A comparison that goes on for longer than anybody looks at it. Its runs are short, so that one which began before its topics
// were asked for is soon over, and few are done in a minute.

import type { Server } from './servers.ts';

const ENDLESS = { scenario: 'hgm-collapse-1g', schemes: ['range-chunked'], repetitions: 1000 };
const SMALL = { 'vm.memory': '1GiB' };

export async function endlessComparison(service: Server): Promise<{ job: string; end: () => Promise<void> }> {
  const { id } = await service.post<{ id: string }>('/v1/comparisons', { ...ENDLESS, overrides: SMALL });
  const path = `/v1/comparisons/${id}`;
  return { job: service.address + path, end: () => service.delete(path) };
}
