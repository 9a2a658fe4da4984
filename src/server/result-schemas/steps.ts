// A schedule step by step as JSON Schema. The types stand in src/explore/stepped.ts.

import Type from 'typebox';
import type { StepRecord } from '../../explore/step-records.ts';
import { named } from '../openapi/components.ts';
import { FindingClass, QuestionSchema } from './exploration.ts';
import { count, textOrNull, word } from './fields.ts';
import { FolioSchema } from './simulation.ts';

const countOrNull = (description: string) => Type.Union([count(), Type.Null()], { description });

const entry = {
  level: Type.Unsafe<1 | 2 | 3 | 4>({ type: 'integer', minimum: 1, maximum: 4, description: '1: of a page.' }),
  pages: count('Pages that it stands for.'),
  frame: countOrNull('First frame of a leaf.'),
  folio: countOrNull('First frame of its folio; null where that has been freed.'),
};

const PrimaryEntrySchema = named(
  'PrimaryEntry',
  Type.Object({
    mm: count('0: the process of the VM; others: children of fork.'),
    page: Type.Integer({
      description: 'First page, from the start of the memory; outside of it where mremap has moved it.',
    }),
    ...entry,
    kind: word(['none', 'table', 'leaf', 'migration', 'invalid', 'poison']),
    writable: Type.Boolean(),
    uffdWp: Type.Boolean({ description: 'Protected by UFFDIO_WRITEPROTECT.' }),
    special: Type.Boolean({ description: 'Carries the mark of a mapcount scheme.' }),
  }),
);

const SpteEntrySchema = named(
  'SpteEntry',
  Type.Object({
    gfn: count(),
    ...entry,
    kind: word(['none', 'table', 'leaf', 'frozen']),
    writable: Type.Boolean(),
    protected: Type.Boolean({ description: 'Read-only for dirty logging alone.' }),
  }),
);

const task = count('Index in `tasks`.');

const StateSchema = named(
  'WorldState',
  Type.Object({
    primary: Type.Array(PrimaryEntrySchema, {
      description: 'Entries of the page tables of the host, large ones first.',
    }),
    secondary: Type.Array(SpteEntrySchema, { description: 'SPTEs, large ones first.' }),
    folios: Type.Array(FolioSchema),
    locks: Type.Array(
      Type.Object({
        lockClass: Type.String({ examples: ['mmu_lock'] }),
        instance: textOrNull('What it belongs to, such as `process 0`.'),
        holders: Type.Array(Type.Object({ task, mode: word(['read', 'write']) })),
        waiters: Type.Array(task),
      }),
      { description: 'What somebody holds or waits for.' },
    ),
    invalidation: Type.Object({
      inProgress: count('mmu_invalidate_in_progress.'),
      active: count('mn_active_invalidate_count.'),
      sequence: count('mmu_invalidate_seq.'),
    }),
    tlbs: Type.Array(Type.Array(Type.Object({ gfn: count(), frame: count(), writable: Type.Boolean() })), {
      description: 'Of each vCPU: translations that it may go by still.',
    }),
    dirty: Type.Union([Type.Array(count()), Type.Null()], {
      description: 'Pages in the dirty log; null: nobody logs.',
    }),
    tasks: Type.Array(Type.Object({ state: word(['ready', 'waits', 'ended']), waitsFor: textOrNull() })),
  }),
);

const place = { page: Type.Integer(), pages: Type.Number() };

const RecordSchema = Type.Unsafe<StepRecord>(
  named(
    'StepRecord',
    Type.Union([
      Type.Object({
        type: word(['range-start', 'range-started', 'range-end', 'collapsed', 'collapsed-handled']),
        task: Type.String(),
        section: count('0: none.'),
        ...place,
      }),
      Type.Object({ type: word(['cpu-shootdown', 'kvm-flush']), task: Type.String(), kicked: count() }),
      Type.Object({
        type: word(['fault']),
        vcpu: count(),
        gfn: count(),
        outcome: word(['fixed', 'retry', 'spurious', 'efault', 'userfault']),
        level: count('Of the SPTE put in place; 0: none.'),
      }),
      Type.Object({ type: word(['userfault-wait', 'userfault-wake']), page: Type.Integer() }),
    ]),
  ),
);

export const SteppedScheduleSchema = named(
  'SteppedSchedule',
  Type.Object(
    {
      question: QuestionSchema,
      stepChecks: Type.Boolean(),
      tasks: Type.Array(Type.String(), { description: 'Names of the threads.' }),
      schedule: Type.Array(count()),
      preemptions: count(),
      length: count('Steps of all of it.'),
      from: count(),
      next: countOrNull('`from` of the next part; null: this was the last one.'),
      before: StateSchema,
      steps: Type.Array(
        named(
          'SteppedStep',
          Type.Object({
            step: count('Place in the schedule.'),
            task,
            label: Type.String({ description: 'Locks taken, dropped and wanted.' }),
            effects: Type.Array(Type.String(), { description: 'What it changed of what others can see.' }),
            preemption: Type.Boolean({ description: 'The task of the step before could have gone on.' }),
            records: Type.Array(RecordSchema, { description: 'What mm and KVM told in it.' }),
            state: StateSchema,
          }),
        ),
      ),
      findings: Type.Array(
        Type.Object({
          kind: Type.String({ examples: ['lost-write'] }),
          class: FindingClass,
          message: Type.String(),
          evidence: Type.Unknown({ examples: [{}] }),
        }),
        { description: 'All that the schedule shows, in order.' },
      ),
      atRest: Type.Boolean({ description: 'At its end nobody can go on.' }),
    },
    { description: 'What `stallscope explore --steps` prints.' },
  ),
);
