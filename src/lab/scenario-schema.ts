// Every field of a scenario once: type, default, unit, range and a sentence, section by section in schema/. The reader in
// scenario.ts, the API's documentation and the catalog all come from here; `documentSchemaOf` gives the schema of what may be
// written.

import Type, { type Static } from 'typebox';
import { closed, count, MAX_SIMULATED_NS, nameSchema, oneOf, time } from './schema/fields.ts';
import { guestSchema } from './schema/guest.ts';
import { khugepagedSchema, machineSchema } from './schema/host.ts';
import { timelineEntrySchema } from './schema/timeline.ts';
import { peerSchema, userfaultSchema } from './schema/userfault.ts';
import { hgmSchema, vmSchema } from './schema/vm.ts';
import { documentSchemaOf } from './schema-node.ts';
import { MINUTE, MS } from './units.ts';
import { mapcountSchemes } from './vocabulary.ts';

const MAX_TIMELINE_ENTRIES = 1000;

const limitsSchema = Type.Object(
  {
    simulated: time(1, MAX_SIMULATED_NS, MINUTE, 'Simulated time after which a run is ended.'),
    events: count(1, 2_000_000_000, 200_000_000, 'events', 'Events of the engine after which a run is ended.'),
  },
  { ...closed, description: 'What ends a run that does not end by itself.' },
);

export const scenarioSchema = Type.Object(
  {
    name: nameSchema('unnamed', 'Name; that of the file in the library.'),
    description: Type.String({
      maxLength: 2000,
      default: '',
      description: 'A sentence or two on what it shows.',
      expected: 'a text of up to 2000 characters',
    }),
    machine: machineSchema,
    vm: vmSchema,
    hgm: hgmSchema,
    userfault: userfaultSchema,
    peer: peerSchema,
    khugepaged: khugepagedSchema,
    mapcount: oneOf(mapcountSchemes, 'subpage', 'How a folio counts its mappings, where a comparison names none.'),
    guest: guestSchema,
    timeline: Type.Array(timelineEntrySchema, {
      maxItems: MAX_TIMELINE_ENTRIES,
      default: [],
      description: 'The operations. Two that start at one time must not overlap.',
      expected: `a list of up to ${MAX_TIMELINE_ENTRIES} operations`,
    }),
    settle: time(0, MAX_SIMULATED_NS, 20 * MS, 'Time that the run goes on after the last operation has ended.'),
    limits: limitsSchema,
    checks: Type.Boolean({
      default: true,
      description:
        'Whether what must hold is checked while it runs (docs/checkers.md). Off, findings of checkers and lockdep are missing; nothing else differs.',
    }),
  },
  { ...closed, description: 'A host, a VM, what its guest does, and the operations in between.' },
);

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/**
 * A scenario that is complete and checked: every default filled in, every time in ns, every size in bytes. What each
 * field means stands in the schema above.
 */
export type Scenario = DeepReadonly<Static<typeof scenarioSchema>>;
export type TimelineEntry = Scenario['timeline'][number];

export const scenarioDocumentSchema = documentSchemaOf(scenarioSchema);
