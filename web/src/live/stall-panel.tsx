// The stall windows, newest first: those that are open, then those that have closed.

import type { components } from '../../../src/client/index.ts';
import { service } from '../api/service.ts';
import { causeStyle, colourIn } from '../ui/colours.ts';
import { formatCount, formatNs } from '../ui/duration.ts';
import { ExplainedNs } from '../ui/explained.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { theme } from '../ui/theme.ts';
import { useLook } from './use-look.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

type Stalls = components['schemas']['LiveStalls'];
type Window = Stalls['open'][number];

const SHOWN = 100;

/** The newest windows. What has closed since the state was told moves the list, so it may have a few less. */
async function newestStalls(id: string, closed: number): Promise<Stalls> {
  const stalls = await service.simulations.stalls(id, { from: Math.max(0, closed - SHOWN), limit: SHOWN });
  if (stalls.next === null) return stalls;
  return service.simulations.stalls(id, { from: Math.max(0, stalls.total - SHOWN), limit: SHOWN });
}

export function StallPanel({ simulation }: { readonly simulation: WatchedSimulation }) {
  const { state, moved } = simulation;
  const closed = state.value?.stalls.count ?? 0;
  const { value, problem } = useLook(moved.value, () => newestStalls(simulation.id, closed));
  const stalls = value.value;
  return (
    <section class="live-panel" aria-labelledby="live-stalls-title">
      <h2 id="live-stalls-title">Stall windows</h2>
      <ProblemNotice problem={problem.value} />
      {stalls === null ? (
        <p class="loading">…</p>
      ) : stalls.total === 0 && stalls.open.length === 0 ? (
        <p class="field-hint">No vCPU has stood still yet.</p>
      ) : (
        <StallTable stalls={stalls} />
      )}
    </section>
  );
}

function StallTable({ stalls: { items, open, total, dropped } }: { readonly stalls: Stalls }) {
  const closed = items.toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard.
    <div class="data-table-scroll live-scroll" tabIndex={0}>
      <table>
        <caption>
          {open.length} open, then the newest {closed.length} of {formatCount(total)} that have closed
          {dropped > 0 ? `; the service keeps ${formatCount(total - dropped)} of them` : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col" class="end">
              vCPU
            </th>
            <th scope="col">from</th>
            <th scope="col" class="end">
              length
            </th>
            <th scope="col">causes</th>
          </tr>
        </thead>
        <tbody>
          {open.map((window) => (
            <StallRow key={`open ${window.vcpu}`} window={window} isOpen />
          ))}
          {closed.map((window) => (
            <StallRow key={window.index} window={window} isOpen={false} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StallRow({
  window: { vcpu, startNs, endNs, causes },
  isOpen,
}: {
  readonly window: Window;
  readonly isOpen: boolean;
}) {
  const byCause = Object.entries(causes).map(([cause, ns = 0]) => ({ cause, ns }));
  const shade = theme.value;
  return (
    <tr class={isOpen ? 'live-open' : undefined}>
      <th scope="row" class="end">
        {vcpu}
      </th>
      <td>{formatNs(startNs)}</td>
      <td class="end">
        <ExplainedNs
          ns={endNs - startNs}
          what={isOpen ? 'So far: it stands still.' : 'It wanted to run guest code and could not.'}
          source={isOpen ? 'open[] of …/stalls' : 'items[] of …/stalls'}
        />
        {isOpen ? ' so far' : ''}
      </td>
      <td>
        {byCause.map(({ cause, ns }) => (
          <span key={cause} class="live-state">
            <svg width="10" height="10" aria-hidden="true">
              <rect width="10" height="10" fill={colourIn(causeStyle(cause).colour, shade)} />
            </svg>
            {cause} {formatNs(ns)}
          </span>
        ))}
      </td>
    </tr>
  );
}
