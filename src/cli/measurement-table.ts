import Table from 'cli-table3';
import type { EventsSummary } from '../host/measured-events.ts';
import type { MeasuredScheme, MeasurementResult } from '../host/measurement-result.ts';
import { formatSize } from '../lab/units.ts';
import { hostLine, hugePagesOf } from './host-lines.ts';
import { digits, showNs } from './quantities.ts';

/** The result for people: two rows for each place, the control and the operation, then what the machine is. */
export function measurementTable(result: MeasurementResult): string {
  const table = new Table({
    head: [
      'guest touches',
      'scheme',
      'stalls',
      'longest',
      'p90',
      'total',
      'operation',
      'faults',
      'touches lost',
      'longest, less control',
      'total, less control',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const scheme of result.schemes) {
    const { perRepetition, repetitions, stall, operations, faults, guest } = scheme;
    const isControl = scheme.scheme === 'control';
    table.push([
      isControl ? scheme.place : '',
      scheme.scheme,
      digits(stall.count / repetitions),
      showNs(perRepetition.longestNs.p50),
      showNs(perRepetition.longestNs.p90),
      showNs(perRepetition.totalNs.p50),
      operations
        .map(({ durationNs, errno }) => `${showNs(durationNs.p50)}${errno === null ? '' : ` ${errno}`}`)
        .join('\n'),
      faults === null ? '' : digits(faults.total),
      isControl ? '' : `${digits(guest.throughputLoss * 100)} %`,
      isControl ? '' : difference(pairOf(result, scheme)?.maxStallDifferenceNs),
      isControl ? '' : difference(pairOf(result, scheme)?.totalStallDifferenceNs),
    ]);
  }
  return [heading(result), table.toString(), ...footing(result)].join('\n');
}

function eventsLine({ dropped }: EventsSummary, schemes: readonly MeasuredScheme[]): string {
  const counts = schemes.map(({ kernelEvents = [], scheme, place }) => `${kernelEvents.length} at ${place}, ${scheme}`);
  return `kernel events: ${counts.join('; ')}; ${dropped} dropped. Recording them takes time, which is in the stalls`;
}

type Pair = MeasurementResult['paired'][number];

function pairOf({ paired }: MeasurementResult, { place }: MeasuredScheme): Pair | undefined {
  return paired.find((candidate) => candidate.place === place);
}

function difference(estimated: Pair['maxStallDifferenceNs'] | undefined): string {
  if (estimated === undefined) return '';
  const { estimate, ci95 } = estimated;
  return ci95 === null ? showNs(estimate) : `${showNs(estimate)}\n[${showNs(ci95[0])}, ${showNs(ci95[1])}]`;
}

function heading({ scenario, measurement }: MeasurementResult): string {
  const { memory, rangeBytes, memoryBytes, vcpus } = measurement;
  const what = `${formatSize(rangeBytes)} of ${formatSize(memoryBytes)} ${memory.backing} memory`;
  return `${scenario} of ${what}, folios ${memory.folios}, mapped ${memory.mapped}, ${vcpus} vCPU${vcpus === 1 ? '' : 's'}`;
}

function footing({ host, measurement, schemes }: MeasurementResult): string[] {
  const counts = schemes
    .filter(({ scheme }) => scheme === 'kernel')
    .map(({ place, repetitions, dropped }) => `${place} ${repetitions} (${dropped} dropped)`);
  return [
    `repetitions: ${counts.join(', ')}; stalls from ${showNs(measurement.thresholdNs)} on, until ${showNs(measurement.tailNs)} after the operation`,
    hostLine(host),
    `${hugePagesOf(host)}; time-stamp counter ${digits(measurement.tscHz / 1e6)} MHz`,
    ...(measurement.kernelEvents?.recorded ? [eventsLine(measurement.kernelEvents, schemes)] : []),
  ];
}
