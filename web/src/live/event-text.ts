// One line for each event: what happened, in the words of the interface.

import { formatCount, formatNs } from '../ui/duration.ts';
import { formatBytes, formatRange } from './bytes.ts';
import type { EventRow, SimulationEvent } from './event-tally.ts';

export function eventText(row: EventRow): string {
  switch (row.topic) {
    case 'gap':
      return `gap: ${formatCount(row.dropped)} events lost, numbers ${row.fromSeq} to ${row.seq}`;
    case 'stall': {
      const causes = Object.entries(row.causes).map(([cause, ns]) => `${cause} ${formatNs(ns ?? 0)}`);
      return `vcpu${row.vcpu} stood still for ${formatNs(row.endNs - row.startNs)}: ${causes.join(', ')}`;
    }
    case 'vcpu':
      return `vcpu${row.vcpu} ${row.state}`;
    case 'notifier':
      return `${row.event} of section ${row.section}, process ${row.process}, by ${row.task}: ${formatRange(row.start, row.length)}`;
    case 'operation': {
      const end = row.event === 'end' ? `: ${row.errno ?? 'done'}` : '';
      return `${row.operation} ${row.index} ${row.event}, by ${row.task}, ${formatRange(row.start, row.length)}${end}`;
    }
    case 'fault': {
      const level = row.level === 0 ? '' : `, level ${row.level}`;
      return `vcpu${row.vcpu} at gfn ${row.gfn}: ${row.outcome}${level}${row.laps > 1 ? `, ${row.laps} laps` : ''}`;
    }
    case 'lock':
      return `${row.task} has ${row.lock} after ${formatNs(row.waitedNs)}`;
    case 'tlb': {
      const what = row.event === 'kvm-flush' ? `kvm-flush of vm ${row.vm}` : `cpu-shootdown of process ${row.process}`;
      return `${what} for ${row.task}: ${row.kicked} kicked, ${formatNs(row.durationNs)}`;
    }
    case 'userfault':
      return `vcpu${row.vcpu} ${row.event} at ${formatBytes(row.address)}`;
    case 'finding':
      return `${row.finding.kind}: ${row.finding.message}`;
    case 'progress':
      return progressText(row);
  }
}

function progressText(event: SimulationEvent & { readonly topic: 'progress' }): string {
  if (!('event' in event)) return `${event.done} of ${event.total} operations have ended`;
  switch (event.event) {
    case 'advanced':
      return `advance ended: ${event.outcome}`;
    case 'pace':
      return event.speed === 0 ? 'time stands' : `time flows, ${event.speed} virtual ns for each real one`;
    case 'topics':
      return `recorded from now on: ${event.topics.join(', ')}`;
    case 'ended':
      return `ended, ${event.ended}: ${event.message}`;
  }
}
