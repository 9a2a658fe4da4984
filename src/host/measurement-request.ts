// A measurement as it is asked for over HTTP: the fields of the command line's options, times and sizes with their units.

import Type, { type Static } from 'typebox';
import { InvalidInput } from '../lab/invalid-input.ts';
import { documentSchemaOf } from '../lab/schema-node.ts';
import { readBySchema } from '../lab/schema-reader.ts';
import { formatSize, formatTime } from '../lab/units.ts';
import { LIMITS, type MeasurementPlan, planMeasurement } from './measurement-plan.ts';
import { hostBackings, hostOperations, hostSizes, places } from './vocabulary.ts';

const placeIds = places.map(({ id }) => id);

const count = (limit: keyof typeof LIMITS, description: string) => {
  const { least, most, usual } = LIMITS[limit];
  return Type.Integer({ minimum: least, maximum: most, default: usual, description });
};
const bytes = (limit: keyof typeof LIMITS, description: string) => {
  const { least, most, usual } = LIMITS[limit];
  const said = `${description} Usual: ${formatSize(usual)}.`;
  return Type.Integer({ minimum: least, maximum: most, default: usual, unit: 'bytes', description: said });
};
const ns = (limit: keyof typeof LIMITS, description: string) => {
  const { least, most, usual } = LIMITS[limit];
  const said = `${description} Usual: ${formatTime(usual)}.`;
  return Type.Integer({ minimum: least, maximum: most, default: usual, unit: 'ns', description: said });
};

const measurementRequestSchema = Type.Object(
  {
    operation: Type.Enum([...hostOperations], { description: 'What the host does.' }),
    backing: Type.Enum([...hostBackings], {
      derived: true,
      description: 'What the memory is made of. Absent: anonymous, and shmem for operations on a file.',
    }),
    folios: Type.Enum([...hostSizes], {
      derived: true,
      description: 'Size of the folios. Absent: as mapped, else 4k.',
    }),
    mapped: Type.Enum([...hostSizes], {
      derived: true,
      description: 'Size of the entries that map them. Absent: as folios, and 4k for a collapse.',
    }),
    places: Type.Array(Type.Enum(placeIds), {
      minItems: 1,
      maxItems: placeIds.length,
      derived: true,
      description: 'What the guest touches. Absent: inside, and other-vma for munmap.',
      expected: `a list of 1 to ${placeIds.length} of ${placeIds.join(', ')}`,
    }),
    memory: bytes('memoryBytes', 'Memory of the guest.'),
    range: bytes('rangeBytes', 'Memory that is operated on, at most half of it.'),
    stride: bytes('strideBytes', 'Distance from one touch to the next.'),
    vcpus: count('vcpus', 'vCPUs, each on a CPU of its own beside the one for the operation.'),
    repetitions: count('repetitions', 'Repetitions at each place.'),
    time: ns('timeNs', 'After this there are no more repetitions.'),
    threshold: ns('thresholdNs', 'Shortest gap between two touches that is recorded.'),
    tail: ns('tailNs', 'Time after the operation in which gaps still count.'),
    windows: Type.Boolean({ default: false, description: 'List all stall windows, one by one.' }),
    kernelEvents: Type.Boolean({
      default: false,
      description: "Record the kernel's own events as well, where the host shows them. That takes time of its own.",
    }),
  },
  { additionalProperties: false, description: 'An operation of the host, under a guest on its own KVM.' },
);

/** What may be written, as plain JSON Schema. */
export const measurementDocumentSchema = documentSchemaOf(measurementRequestSchema);

type ReadRequest = Static<typeof measurementRequestSchema>;
type Derived = 'backing' | 'folios' | 'mapped' | 'places';

/** Throws `InvalidInput` that names every field that cannot be so. */
export function readMeasurementRequest(document: unknown): MeasurementPlan {
  const { value, errors, unlisted } = readBySchema(measurementRequestSchema, document);
  if (errors.length > 0) throw new InvalidInput('measurement', errors, unlisted);
  const { memory, range, stride, time, threshold, tail, ...rest } = value as Omit<ReadRequest, Derived> &
    Partial<Pick<ReadRequest, Derived>>;
  return planMeasurement({
    ...rest,
    memoryBytes: memory,
    rangeBytes: range,
    strideBytes: stride,
    timeNs: time,
    thresholdNs: threshold,
    tailNs: tail,
  });
}
