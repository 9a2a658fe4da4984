// What each vCPU does, and since when it stands still.

import { causeStyle, colourIn } from '../ui/colours.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { formatCount } from '../ui/duration.ts';
import { Explained, ExplainedNs } from '../ui/explained.tsx';
import { theme } from '../ui/theme.ts';
import type { SimulationState, WatchedSimulation } from './watch-simulation.ts';

type Vcpu = SimulationState['vcpus'][number];

const WITHOUT_STALL: ReadonlySet<string> = new Set(['running', 'halted', 'left']);

export function VcpuPanel({ simulation }: { readonly simulation: WatchedSimulation }) {
  const state = simulation.state.value;
  const vcpus = state?.vcpus ?? [];
  const nowNs = state?.simTimeNs ?? 0;
  const stalled = vcpus.filter(({ stalledSinceNs }) => stalledSinceNs !== null).length;
  return (
    <section class="live-panel" aria-labelledby="live-vcpus-title">
      <h2 id="live-vcpus-title">vCPUs</h2>
      <div class="live-scroll">
        <DataTable
          caption={`${stalled} of ${vcpus.length} stand still`}
          columns={columnsAt(nowNs)}
          rows={vcpus}
          rowKey={({ vcpu }) => String(vcpu)}
        />
      </div>
    </section>
  );
}

const columnsAt = (nowNs: number): readonly Column<Vcpu>[] => [
  { id: 'vcpu', header: 'vCPU', value: ({ vcpu }) => vcpu, isNumber: true, isRowHeader: true },
  { id: 'vm', header: 'VM', value: ({ vm }) => vm, isNumber: true },
  { id: 'state', header: 'state', value: ({ state }) => state, cell: (vcpu) => <VcpuState {...vcpu} /> },
  {
    id: 'stalled',
    header: 'stalled for',
    isNumber: true,
    value: ({ stalledSinceNs }) => (stalledSinceNs === null ? null : nowNs - stalledSinceNs),
    cell: ({ stalledSinceNs }) =>
      stalledSinceNs === null ? (
        ''
      ) : (
        <ExplainedNs
          ns={nowNs - stalledSinceNs}
          what={`It has run no guest code since ${formatCount(stalledSinceNs)} ns.`}
          source="vcpus[].stalledSinceNs of the simulation"
        />
      ),
  },
  {
    id: 'touches',
    header: 'accesses',
    isNumber: true,
    value: ({ touches }) => touches,
    cell: ({ touches }) => (
      <Explained what="Touches of guest pages that its guest has made." source="vcpus[].touches of the simulation">
        {formatCount(touches)}
      </Explained>
    ),
  },
];

function VcpuState({ state }: Vcpu) {
  if (WITHOUT_STALL.has(state)) return state;
  return (
    <span class="live-state">
      <svg width="10" height="10" aria-hidden="true">
        <rect width="10" height="10" fill={colourIn(causeStyle(state).colour, theme.value)} />
      </svg>
      <strong>{state}</strong>
    </span>
  );
}
