// The longest stalls as a table: what the picture shows, for reading, for listening and for going there.

import { type Column, DataTable } from '../ui/data-table.tsx';
import { ExplainedNs } from '../ui/explained.tsx';
import { kindName } from './kinds.ts';
import { goTo } from './moves.ts';
import { lengthNs } from './spans.ts';
import { Swatch } from './swatch.tsx';
import { momentText } from './time-range.ts';
import type { StallAt, Timeline } from './timeline.ts';
import type { PaneIndex, TimelineState } from './timeline-state.ts';

interface Row {
  readonly at: StallAt;
  readonly vcpu: string;
  readonly startNs: number;
  readonly lengthNs: number;
  readonly kind: number;
}

export interface LongestProps {
  readonly state: TimelineState;
  readonly pane: PaneIndex;
  readonly timeline: Timeline;
  readonly name: string;
}

export function Longest({ state, pane, timeline, name }: LongestProps) {
  const rows = timeline.longest.map((at): Row => rowOf(timeline, at));
  const columns: readonly Column<Row>[] = [
    {
      id: 'lengthNs',
      header: 'Length',
      isNumber: true,
      value: (row) => row.lengthNs,
      cell: (row) => (
        <ExplainedNs
          ns={row.lengthNs}
          what="Length of the stall window: an interval in which the vCPU wants to run guest code and cannot."
          source="trace: dur of the slice stall"
        />
      ),
    },
    { id: 'vcpu', header: 'vCPU', isRowHeader: true, value: (row) => row.vcpu },
    {
      id: 'startNs',
      header: 'At',
      value: (row) => row.startNs,
      cell: (row) => (
        <button type="button" class="timeline-go" onClick={() => goTo(state, pane, { ...row.at, row: 0 })}>
          {momentText(row.startNs)}
        </button>
      ),
    },
    {
      id: 'cause',
      header: 'Mostly',
      value: (row) => kindName(row.kind),
      cell: (row) => (
        <>
          <Swatch kind={row.kind} /> {kindName(row.kind)}
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={`Longest stalls, ${name}`}
      columns={columns}
      rows={rows}
      rowKey={({ at }) => `${at.lane} ${at.index}`}
      csvName={`longest-stalls-${name.replaceAll(/[^\w-]+/g, '-')}`}
      empty="No vCPU stalls in this run."
    />
  );
}

function rowOf({ lanes }: Timeline, at: StallAt): Row {
  const lane = lanes[at.lane]!;
  const spans = lane.rows[0]!;
  return {
    at,
    vcpu: lane.label.replace(/^vCPU /, ''),
    startNs: spans.startNs[at.index]!,
    lengthNs: lengthNs(spans, at.index),
    kind: spans.kind[at.index]!,
  };
}
