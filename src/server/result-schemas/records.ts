// Records of a run as JSON Schema. The types stand in src/lab/run-types.ts; test/server/result-schemas.test.ts has the compiler
// hold the two together.

import Type, { type TSchema } from 'typebox';
import type { RunRecord } from '../../lab/run-types.ts';
import type { SchemaNode } from '../../lab/schema-node.ts';
import { stallCauses as stallCauseTerms, topics as topicTerms } from '../../lab/vocabulary.ts';
import { named } from '../openapi/components.ts';
import { count, ns, numbersBy, textOrNull, word } from './fields.ts';

const ids = <const Terms extends readonly { readonly id: string }[]>(terms: Terms) =>
  terms.map(({ id }) => id) as Terms[number]['id'][];

export const stallCauses = ids(stallCauseTerms);
export const topics = ids(topicTerms);

const record = <const Topic extends string, Fields extends Record<string, TSchema>>(topic: Topic, fields: Fields) =>
  Type.Object({ topic: Type.Literal(topic), simTimeNs: ns('Simulated time.'), ...fields });

const vcpu = count('Through all VMs.');
const process = count('Whose page tables change: index among vm.processes.');
const task = (description: string) => Type.String({ description, examples: ['vmm0'] });
const lockUser = () => Type.Object({ task: Type.String(), mode: word(['read', 'write']) });
const tlbFields = {
  task: task('That asks for the flush and waits for it.'),
  kicked: count('CPUs that were interrupted.'),
  durationNs: ns(),
};

const recordSchemas = {
  stall: record('stall', {
    vcpu,
    startNs: ns(),
    endNs: ns(),
    causes: numbersBy(stallCauses, 'Times by cause; they add up to the length of the window.'),
  }),
  vcpu: record('vcpu', {
    vcpu,
    state: word(['running', 'halted', ...stallCauses], 'What it did from startNs on.'),
    startNs: ns(),
  }),
  notifier: record('notifier', {
    event: word(
      ['range-start', 'range-started', 'range-end', 'collapsed', 'collapsed-handled'],
      'A section opens, KVM has answered, it is closed; a collapse is told after the fact, KVM has dealt with it.',
    ),
    process,
    task: task('That changes them: `vmm0` is that of timeline.0, `vcpu3` a vCPU.'),
    section: count('Counts the sections of its process.'),
    start: count(),
    length: count(),
  }),
  operation: record('operation', {
    event: word(['start', 'end']),
    operation: Type.String({ examples: ['madv-collapse'] }),
    index: count('Place in the timeline.'),
    process: count('Which asks for it,'),
    task: task('and by which of its threads.'),
    start: count(),
    length: count(),
    errno: textOrNull('Null: done, or not ended yet.'),
  }),
  fault: record('fault', {
    vcpu,
    gfn: count(),
    outcome: word(['fixed', 'retry', 'spurious', 'efault', 'userfault']),
    level: count('Of the SPTE that was put in place; 0: none.'),
    laps: count('More than one: rounds of the early retry check, told at once.'),
  }),
  lock: record('lock', {
    lock: Type.String({ examples: ['mmu_lock'] }),
    task: task('That has waited.'),
    waitedNs: ns(),
    mode: Type.Union([word(['read', 'write']), Type.Null()], {
      description: 'What the task wanted it for; null: `lock` is no lock but a queue for an event.',
    }),
    holders: Type.Array(lockUser(), {
      description:
        'Who held it when the wait began, up to 8 of them. Empty for a queue, and if nobody had asked for these records by then.',
    }),
    moreHolders: count('How many more held it.'),
    queuedBehind: Type.Union([lockUser(), Type.Null()], {
      description: 'The last of those who waited already when this wait began, and what for; null: nobody did.',
    }),
    releasedBy: textOrNull('Whose release or wake has ended the wait.'),
  }),
  tlb: Type.Union([
    record('tlb', { event: Type.Literal('kvm-flush'), vm: count(), ...tlbFields }),
    record('tlb', { event: Type.Literal('cpu-shootdown'), process, ...tlbFields }),
  ]),
  userfault: record('userfault', { event: word(['wait', 'wake']), vcpu, address: count('As userspace is told it.') }),
  progress: record('progress', {
    done: count('Operations that have ended.'),
    total: count('Operations of the timeline.'),
    events: count('Events of the engine so far.'),
  }),
};

/** Records that lead to a finding are of every topic but that of findings. */
const LeadingRecord = named(
  'LeadingRecord',
  Type.Unsafe<RunRecord>({
    anyOf: Object.values<TSchema>(recordSchemas).flatMap((schema) => (schema as SchemaNode).anyOf ?? [schema]),
  }),
);

export const findingFields = {
  kind: Type.String({ examples: ['lockdep-order-inversion'], description: 'docs/checkers.md has all kinds.' }),
  message: Type.String(),
  simTimeNs: ns('When it was made.'),
  evidence: Type.Unknown({ description: 'What shows it; its shape depends on the kind.', examples: [{}] }),
  records: Type.Array(LeadingRecord, { description: 'Up to 16 records that lead to it.' }),
};

export const RunFindingSchema = named('RunFinding', Type.Object(findingFields));

const findingRecord = record('finding', { finding: RunFindingSchema });

/** By topic: the schemas of what a run tells. */
export const runRecords = { ...recordSchemas, finding: findingRecord };
