// The schemas of results and records beside the types that they stand for. The compiler holds them together, both ways; what
// the running server answers is held to them elsewhere.

import type { Static } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ExplorationResult } from '../../src/explore/exploration-types.ts';
import type { MeasurementResult } from '../../src/host/measurement-result.ts';
import { loadProfile, loadScenario } from '../../src/lab/library.ts';
import type { ComparisonResult, PairedResult, SchemeResult } from '../../src/lab/result.ts';
import { runScenario } from '../../src/lab/run.ts';
import type { RunRecord, StallCause, Topic } from '../../src/lab/run-types.ts';
import type { ComparisonResultSchema } from '../../src/server/result-schemas/comparison.ts';
import type { ExplorationResultSchema } from '../../src/server/result-schemas/exploration.ts';
import type { MeasurementResultSchema } from '../../src/server/result-schemas/measurement.ts';
import { runRecords, stallCauses, topics } from '../../src/server/result-schemas/records.ts';
import {
  type AdvancedSchema,
  type FoliosSchema,
  type LocksSchema,
  type MappingsSchema,
  type OperationStartedSchema,
  type OperationsSchema,
  SimulationSchema,
  type StallsSchema,
} from '../../src/server/result-schemas/simulation.ts';
import type { Advanced, SimulationView } from '../../src/server/simulations/live-session.ts';
import type { SimulationCalls } from '../../src/server/simulations/simulation-messages.ts';

/** Whether a list may be changed, and whether a field is a name or an index, is nothing that JSON knows. */
type Plain<T> = T extends readonly (infer Item)[]
  ? number extends T['length']
    ? Plain<Item>[]
    : { -readonly [Key in keyof T]: Plain<T[Key]> }
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** Findings hold what only their kind knows the shape of, and records of any topic: they are looked at by themselves. */
type WithoutFindings<T> = Plain<Omit<T, 'findings'>>;
type SchemaOf<T extends keyof typeof runRecords> = Plain<Static<(typeof runRecords)[T]>>;
type TypeOf<T extends Topic> = Plain<Extract<RunRecord, { topic: T }>>;

describe('schemas of results', () => {
  it('of a comparison: those of the types', () => {
    type Described = Static<typeof ComparisonResultSchema>;
    expectTypeOf<Plain<Omit<Described, 'schemes'>>>().toEqualTypeOf<Plain<Omit<ComparisonResult, 'schemes'>>>();
    expectTypeOf<WithoutFindings<Described['schemes'][number]>>().toEqualTypeOf<WithoutFindings<SchemeResult>>();
    expectTypeOf<Plain<Described['paired'][number]>>().toEqualTypeOf<Plain<PairedResult>>();
    type Finding = SchemeResult['findings'][number];
    expectTypeOf<keyof Described['schemes'][number]['findings'][number]>().toEqualTypeOf<keyof Finding>();
  });

  it('of an exploration: those of the types', () => {
    type Described = Static<typeof ExplorationResultSchema>;
    expectTypeOf<Plain<Described>>().toEqualTypeOf<Plain<ExplorationResult>>();
  });

  it('of a measurement: those of the types', () => {
    type Described = Static<typeof MeasurementResultSchema>;
    expectTypeOf<WithoutFindings<Described['schemes'][number]>>().toEqualTypeOf<
      WithoutFindings<MeasurementResult['schemes'][number]>
    >();
    expectTypeOf<Plain<Omit<Described, 'schemes'>>>().toEqualTypeOf<Plain<Omit<MeasurementResult, 'schemes'>>>();
  });
});

describe('schemas of live simulations', () => {
  it('what their calls answer: those of the types', () => {
    type State = Static<typeof SimulationSchema>;
    expectTypeOf<WithoutFindings<State>>().toEqualTypeOf<WithoutFindings<SimulationView>>();
    expectTypeOf<WithoutFindings<Omit<Static<typeof AdvancedSchema>, 'outcome'>>>().toEqualTypeOf<
      WithoutFindings<SimulationView>
    >();
    expectTypeOf<Static<typeof AdvancedSchema>['outcome']>().toEqualTypeOf<Advanced['outcome']>();
    type Calls = SimulationCalls;
    expectTypeOf<Plain<Static<typeof OperationStartedSchema>>>().toEqualTypeOf<Plain<Calls['operate']['answer']>>();
    expectTypeOf<Plain<Static<typeof OperationsSchema>>>().toEqualTypeOf<Plain<Calls['operations']['answer']>>();
    expectTypeOf<Plain<Static<typeof StallsSchema>>>().toEqualTypeOf<Plain<Calls['stalls']['answer']>>();
    expectTypeOf<Plain<Static<typeof MappingsSchema>>>().toEqualTypeOf<Plain<Calls['mappings']['answer']>>();
    expectTypeOf<Plain<Static<typeof FoliosSchema>>>().toEqualTypeOf<Plain<Calls['folios']['answer']>>();
    expectTypeOf<Plain<Static<typeof LocksSchema>['locks']>>().toEqualTypeOf<Plain<Calls['locks']['answer']>>();
    expect(Object.keys(SimulationSchema.properties)).toContain('findings');
  });
});

describe('schemas of records', () => {
  it('every topic: the fields of its type', () => {
    expectTypeOf<SchemaOf<'stall'>>().toEqualTypeOf<TypeOf<'stall'>>();
    expectTypeOf<SchemaOf<'vcpu'>>().toEqualTypeOf<TypeOf<'vcpu'>>();
    expectTypeOf<SchemaOf<'notifier'>>().toEqualTypeOf<TypeOf<'notifier'>>();
    expectTypeOf<SchemaOf<'operation'>>().toEqualTypeOf<TypeOf<'operation'>>();
    expectTypeOf<SchemaOf<'fault'>>().toEqualTypeOf<TypeOf<'fault'>>();
    expectTypeOf<SchemaOf<'lock'>>().toEqualTypeOf<TypeOf<'lock'>>();
    expectTypeOf<SchemaOf<'tlb'>>().toEqualTypeOf<TypeOf<'tlb'>>();
    expectTypeOf<SchemaOf<'userfault'>>().toEqualTypeOf<TypeOf<'userfault'>>();
    expectTypeOf<SchemaOf<'progress'>>().toEqualTypeOf<TypeOf<'progress'>>();
    expectTypeOf<keyof SchemaOf<'finding'>['finding']>().toEqualTypeOf<keyof TypeOf<'finding'>['finding']>();
    expect(Object.keys(runRecords).toSorted()).toEqual(topics.toSorted());
  });

  it('waits for locks of a run: as their schema has them, with a holder each; without it they are not', () => {
    const scenario = loadScenario('thp-anon-collapse', { 'machine.kernel': '6.1' });
    const waits: RunRecord[] = [];
    runScenario({
      scenario,
      profile: loadProfile(scenario.machine.profile),
      scheme: 'range',
      mapcount: scenario.mapcount,
      seed: 1,
      topics: ['lock'],
      onRecord: (record) => waits.push(record),
    });
    expect(waits.length).toBeGreaterThan(10);
    expect(waits.filter((wait) => !Value.Check(runRecords.lock, wait))).toEqual([]);
    const named = waits.filter((wait) => wait.topic === 'lock' && wait.holders.length > 0 && wait.releasedBy !== null);
    expect(named.length).toBe(waits.length);
    const { holders, ...withoutHolders } = waits[0] as TypeOf<'lock'>;
    expect([Value.Check(runRecords.lock, withoutHolders), holders[0]?.mode]).toEqual([false, 'write']);
  });

  it('the words: those of the types', () => {
    expectTypeOf<(typeof topics)[number]>().toEqualTypeOf<Topic>();
    expectTypeOf<(typeof stallCauses)[number]>().toEqualTypeOf<StallCause>();
    expect(new Set(stallCauses).size).toBe(stallCauses.length);
  });
});
