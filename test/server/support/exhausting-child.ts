// Runs that use up the memory of their thread, one after the other, in a process of its own: prints how each has ended. Where
// V8 ends the process instead of the thread, it prints less.
//   node test/server/support/exhausting-child.ts <runs> <MiB> …

import { firstValueFrom } from 'rxjs';
import { loadProfile, loadScenario } from '../../../src/lab/library.ts';
import { WorkerPool } from '../../../src/server/worker-pool.ts';

const [runs = 1, ...limits] = process.argv.slice(2).map(Number);
const scenario = { ...loadScenario('hgm-collapse-2m'), description: 'exhaust' };
const profile = loadProfile(scenario.machine.profile);
const workerFile = new URL('./fake-worker.ts', import.meta.url);

for (const memoryMb of limits) {
  const pool = new WorkerPool({ threads: 1, memoryMb, workerFile });
  for (let seed = 0; seed < runs; seed++) {
    const input = { scenario, profile, scheme: 'range', mapcount: 'subpage', seed } as const;
    await firstValueFrom(pool.run({ input, label: { seed }, topics: [] })).catch(({ code }) => console.log(code));
  }
  await pool.close();
}
