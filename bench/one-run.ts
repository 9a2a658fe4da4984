// Runs hgm-collapse-1g, once to warm up and once more, and prints what the second run took, and the peak memory of the
// process. With `--once` there is no run to warm up.
//   node bench/one-run.ts [--once] [scheme [path=value ...]]

import { loadProfile, loadScenario } from '../src/lab/library.ts';
import { runScenario } from '../src/lab/run.ts';
import type { NotifierSchemeId } from '../src/lab/run-types.ts';
import { parseAssignment } from '../src/lab/scenario-overrides.ts';

const once = process.argv.includes('--once');
const [scheme, ...assignments] = process.argv.slice(2).filter((argument) => argument !== '--once');
const scenario = loadScenario('hgm-collapse-1g', Object.fromEntries(assignments.map(parseAssignment)));
const profile = loadProfile(scenario.machine.profile);

let events = 0;
let ms = 0;
if (scheme !== undefined) {
  const input = { scenario, profile, scheme: scheme as NotifierSchemeId, mapcount: scenario.mapcount, seed: 1 };
  if (!once) runScenario(input);
  const started = performance.now();
  events = runScenario(input).events;
  ms = performance.now() - started;
}
process.stdout.write(JSON.stringify({ events, ms, peakKib: process.resourceUsage().maxRSS }));
