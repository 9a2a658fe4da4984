// One operation of a timeline.

import Type from 'typebox';
import { MIB, PAGE_BYTES, US } from '../units.ts';
import { operations } from '../vocabulary.ts';
import { closed, count, MAX_MEMORY_BYTES, MAX_SIMULATED_NS, memoryRange, oneOf, size, time } from './fields.ts';

const rangeSchema = memoryRange('What the operation works on.');

export const timelineEntrySchema = Type.Object(
  {
    at: Type.Union([time(0, MAX_SIMULATED_NS, 0, 'Simulated time.'), Type.Literal('after-previous')], {
      default: 0,
      description: 'When the operation starts; after-previous: when the entry before it in the list has ended.',
      expected: 'a time from 0ns to 10min, such as "5ms" or an integer of ns, or "after-previous"',
    }),
    operation: oneOf(operations, 'madv-collapse', 'What userspace asks for.'),
    process: count(0, 15, 0, 'index', 'Which process asks: first those of vm.processes, then those of vm.backends.'),
    range: rangeSchema,
    step: Type.Union([size(PAGE_BYTES, MAX_MEMORY_BYTES, 2 * MIB, 'Bytes of one call.'), Type.Null()], {
      default: null,
      description:
        'Userspace makes one call for each step of the range, one after the other. Null: one call for all of it.',
      expected: 'a size from 4KiB to 64GiB, such as "2MiB" or an integer of bytes, or null',
    }),
    target: Type.Union([Type.Literal('2m'), Type.Literal('1g'), Type.Null()], {
      default: null,
      description: 'madv-collapse: the largest leaf that it may build. Null: the largest that fits.',
      expected: '"2m", "1g" or null',
    }),
    to: Type.Union([size(0, 2 * MAX_MEMORY_BYTES, 0, 'Offset from the start of the memory.'), Type.Null()], {
      default: null,
      description:
        'mremap: where the range goes; behind the memory there is room. Null: to a free place behind all that is mapped.',
      expected: 'a size from 0 to 128GiB, such as "4GiB" or an integer of bytes, or null',
    }),
    protection: Type.Union([Type.Literal('read'), Type.Literal('read-write'), Type.Null()], {
      default: null,
      description:
        'mprotect, uffdio-writeprotect: what may be done with the range from then on. Null: neither of them.',
      expected: '"read", "read-write" or null',
    }),
    childLives: Type.Union([time(0, MAX_SIMULATED_NS, 0, 'Simulated time.'), Type.Null()], {
      default: null,
      description: 'fork: how long after the call the child exits. Null: it lives to the end of the run.',
      expected: 'a time from 0ns to 10min, such as "5ms" or an integer of ns, or null',
    }),
    copyHugetlb: Type.Boolean({
      default: false,
      description:
        'fork: shared hugetlb memory is copied leaf by leaf, as where userfaultfd write protection is armed. False: the child faults it in.',
    }),
    harvestEvery: Type.Union([time(10 * US, MAX_SIMULATED_NS, 0, 'Simulated time.'), Type.Null()], {
      default: null,
      description:
        'dirty-log-enable: from one reading of the dirty log to the next, until logging ends, as in the rounds of a live migration. Null: nobody reads it.',
      expected: 'a time from 10us to 10min, such as "100ms" or an integer of ns, or null',
    }),
    manualProtect: Type.Boolean({
      default: false,
      description:
        'dirty-log-enable: reading only copies the log, and pieces of 1 GiB are write-protected anew by KVM_CLEAR_DIRTY_LOG. False: reading does both.',
    }),
  },
  { ...closed, description: 'One operation.' },
);
