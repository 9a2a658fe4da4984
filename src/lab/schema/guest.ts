// What the guest does.

import Type from 'typebox';
import { MIB, MS, PAGE_BYTES, SECOND, US } from '../units.ts';
import { patterns, phasePatterns } from '../vocabulary.ts';
import { closed, count, fraction, MAX_MEMORY_BYTES, MAX_SIMULATED_NS, memoryRange, oneOf, time } from './fields.ts';

const MAX_PHASES = 64;
const MAX_PHASE_ACCESSES = 1_000_000_000;
const MAX_TRACE_CHARACTERS = 16 * MIB;

const guestRangeSchema = memoryRange('The part of the memory that the vCPUs touch.');

const stridePages = count(1, MAX_MEMORY_BYTES / PAGE_BYTES, 4, '4 KiB pages', 'Distance of two accesses of a stride.');
const zipfExponent = Type.Number({
  minimum: 0.1,
  maximum: 3,
  default: 1,
  unit: 'exponent',
  description: 'zipf: the k-th most popular page is touched with a chance as 1 / k^exponent.',
});
const writeFraction = fraction(1, 'Part of the accesses that write, drawn for each.');
const thinkNs = time(1, SECOND, 100, 'From the end of one access to the next.');

const phaseSchema = Type.Object(
  {
    pattern: oneOf(phasePatterns, 'stride', 'Which pages the vCPUs touch; idle: they halt (HLT).'),
    lasts: Type.Union([time(US, MAX_SIMULATED_NS, MS, "How long it lasts, in the guest's own time."), Type.Null()], {
      default: null,
      description:
        "How long it lasts, in the guest's own time: what a vCPU stands still makes it longer. Null: as `accesses` says.",
      expected: 'a time from 1us to 10min, such as "5ms" or an integer of ns, or null',
    }),
    accesses: Type.Union([count(1, MAX_PHASE_ACCESSES, 1, 'accesses', 'Accesses of each vCPU.'), Type.Null()], {
      default: null,
      description: 'How many accesses each vCPU makes in it. Null: as `lasts` says.',
      expected: `an integer from 1 to ${MAX_PHASE_ACCESSES}, or null`,
    }),
    range: memoryRange('The part of the memory that the vCPUs touch.'),
    stridePages,
    zipfExponent,
    writeFraction,
    thinkNs,
  },
  { ...closed, description: 'One phase.' },
);

export const guestSchema = Type.Object(
  {
    pattern: oneOf(patterns, 'stride', 'Which pages the vCPUs touch.'),
    stridePages,
    partitioned: Type.Boolean({
      default: false,
      description: 'Each vCPU touches a slice of its own, range / vcpus. False: all touch all of the range.',
    }),
    range: guestRangeSchema,
    zipfExponent,
    writeFraction,
    thinkNs,
    phases: Type.Array(phaseSchema, {
      maxItems: MAX_PHASES,
      default: [],
      description:
        'phases: what follows on what. Each phase has its own range, mix and pace; those above are not read.',
      expected: `a list of up to ${MAX_PHASES} phases`,
    }),
    repeatPhases: Type.Boolean({
      default: true,
      description: 'phases: the first follows on the last. False: the vCPUs halt after the last.',
    }),
    trace: Type.Union([Type.String({ maxLength: MAX_TRACE_CHARACTERS }), Type.Null()], {
      default: null,
      description:
        "trace: CSV with the header time,vcpu,gfn,write and a line for each access, by time: ns of the guest's own time, number of the vCPU, 4 KiB frame, 1 for a write and 0 for a read.",
      expected: `a text of up to ${MAX_TRACE_CHARACTERS} characters, or null`,
    }),
  },
  { ...closed, description: 'What the guest does.' },
);
