// `npm run bench`: all sections, or those that are named as arguments: `service` names every one that begins with `service-`.

import { checkers } from './checkers.ts';
import { engine } from './engine.ts';
import { explore } from './explore.ts';
import type { Section } from './section.ts';
import { service } from './service.ts';
import { simulation } from './simulation.ts';
import { simulationsDay } from './simulations-day.ts';

const sections: readonly Section[] = [engine, simulation, checkers, explore, ...service, simulationsDay];

const wanted = process.argv.slice(2);
const isNamed = (section: Section, name: string): boolean =>
  section.name === name || section.name.startsWith(`${name}-`);
for (const name of wanted) {
  if (!sections.some((section) => isNamed(section, name))) {
    console.error(`no section "${name}"; there are: ${sections.map((section) => section.name).join(', ')}`);
    process.exit(2);
  }
}

console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}`);
for (const section of sections) {
  if (wanted.length > 0 && !wanted.some((name) => isNamed(section, name))) continue;
  console.log(`\n${section.title}`);
  await section.run((line) => console.log(line));
}
