// How it stands in numbers: stalls by cause, sections, faults, flushes.

import type { ComponentChildren } from 'preact';
import { causeStyle, colourIn } from '../ui/colours.ts';
import { formatCount, formatRatio } from '../ui/duration.ts';
import { Explained, ExplainedNs } from '../ui/explained.tsx';
import { theme } from '../ui/theme.ts';
import type { SimulationState, WatchedSimulation } from './watch-simulation.ts';

export function CountersPanel({ simulation }: { readonly simulation: WatchedSimulation }) {
  const state = simulation.state.value;
  return (
    <section class="live-panel" aria-labelledby="live-counters-title">
      <h2 id="live-counters-title">Counters</h2>
      {state === null ? <p class="loading">…</p> : <Counters state={state} simulation={simulation} />}
    </section>
  );
}

function Counters({ state, simulation }: { readonly state: SimulationState; readonly simulation: WatchedSimulation }) {
  const { stalls, notifier, faults, tlbFlushes, seqBumps, hugeRecoveryNs, counters } = state;
  const { tally, heard } = simulation;
  const open = heard.value >= 0 ? tally.openSections : [];
  const isSure = tally.sectionsAreSure;
  return (
    <>
      <dl class="live-numbers">
        <Count name="stall windows" count={stalls.count} what="Stall windows that have closed." source="stalls.count" />
        <Count
          name="open now"
          count={stalls.open}
          what="vCPUs that stand still now. No other number here counts them."
          source="stalls.open"
        />
        <Time name="longest" ns={stalls.maxNs} what="The longest closed stall window." source="stalls.maxNs" />
        <Time
          name="total"
          ns={stalls.totalNs}
          what="All closed stall windows of all vCPUs together."
          source="stalls.totalNs"
        />
        <Time name="spin" ns={stalls.spinNs} what="Of the total: waiting with the CPU busy." source="stalls.spinNs" />
        <Time
          name="sleep"
          ns={stalls.sleepNs}
          what="Of the total: waiting without using the CPU."
          source="stalls.sleepNs"
        />
        <Count
          name="sections"
          count={notifier.sections}
          what="Sections that were opened: calls of invalidate_range_start."
          source="notifier.sections"
        />
        <Entry name="mmu_invalidate_in_progress">
          <Explained
            what={`Sections that are open now, by the notifications of the stream.${isSure ? '' : ' Some of it was lost, so there may be more.'}`}
            source="events of the topic notifier"
          >
            {isSure ? '' : 'at least '}
            {open.length}
          </Explained>
        </Entry>
        <Count
          name="mmu_invalidate_seq"
          count={seqBumps}
          what="How often the sequence has moved: sections that were closed, for every VM. A fault that sees it move retries once."
          source="seqBumps"
        />
        <Time
          name="in start"
          ns={notifier.startNs}
          what="What invalidate_range_start took, all calls together."
          source="notifier.startNs"
        />
        <Time
          name="sections open"
          ns={notifier.openNs}
          what="How long closed sections were open, together."
          source="notifier.openNs"
        />
        <Count
          name="collapsed"
          count={notifier.collapsed}
          what="Collapses that were notified after the fact."
          source="notifier.collapsed"
        />
        <Count name="faults" count={faults.total} what="Laps of vCPUs through the fault path." source="faults.total" />
        <Count
          name="retries"
          count={faults.retries}
          what="Of the laps: thrown away, as a section was open or had just closed, or for an SPTE under change."
          source="faults.retries"
        />
        <Count
          name="spurious"
          count={faults.spurious}
          what="Faults that found their SPTE in place: another vCPU was first."
          source="faults.spurious"
        />
        <Count
          name="userfault"
          count={faults.userfault}
          what="Faults that userspace had to handle."
          source="faults.userfault"
        />
        <Count name="TLB flushes" count={tlbFlushes} what="Flushes of the vCPUs' TLBs by KVM." source="tlbFlushes" />
        <Time
          name="huge again"
          ns={hugeRecoveryNs}
          none="not yet"
          what="From the start of the first operation until every SPTE that can be huge was huge."
          source="hugeRecoveryNs"
        />
      </dl>
      <Causes byCauseNs={stalls.byCauseNs} totalNs={stalls.totalNs} />
      <details>
        <summary>What the model did, by name</summary>
        <dl class="live-numbers">
          {Object.entries(counters).map(([name, count]) => (
            <Count
              key={name}
              name={name}
              count={count}
              what={`${name}, since virtual time 0.`}
              source={`counters.${name}`}
            />
          ))}
        </dl>
      </details>
    </>
  );
}

interface NumberProps {
  readonly name: string;
  readonly what: string;
  readonly source: string;
}

const OF = ' of the simulation';

/** Names of the kernel may be cut where they have a seam. */
const breakable = (name: string): string => name.replaceAll('_', '_\u200b');

function Entry({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{breakable(name)}</dt>
      <dd data-name={name}>{children}</dd>
    </div>
  );
}

const Count = ({ name, count, what, source }: NumberProps & { readonly count: number }) => (
  <Entry name={name}>
    <Explained what={what} source={source + OF}>
      {formatCount(count)}
    </Explained>
  </Entry>
);

const Time = ({ name, ns, source, ...rest }: NumberProps & { readonly ns: number | null; readonly none?: string }) => (
  <Entry name={name}>
    <ExplainedNs ns={ns} source={source + OF} {...rest} />
  </Entry>
);

function Causes({
  byCauseNs,
  totalNs,
}: {
  readonly byCauseNs: Readonly<Record<string, number | undefined>>;
  readonly totalNs: number;
}) {
  const causes = Object.entries(byCauseNs)
    .map(([cause, ns = 0]) => ({ cause, ns }))
    .filter(({ ns }) => ns > 0)
    .toSorted((a, b) => b.ns - a.ns);
  const shade = theme.value;
  return (
    <table class="live-causes">
      <caption>{causes.length === 0 ? 'Stalls by cause: none so far' : 'Stalls by cause so far'}</caption>
      <tbody>
        {causes.map(({ cause, ns }) => (
          <tr key={cause}>
            <th scope="row">
              <code>{cause}</code>
            </th>
            <td class="end">
              <ExplainedNs
                ns={ns}
                what={`Time of closed stall windows that was spent on ${cause}.`}
                source={`stalls.byCauseNs.${cause}${OF}`}
              />
            </td>
            <td class="end">{formatRatio((100 * ns) / totalNs)} %</td>
            <td class="live-bar" aria-hidden="true">
              <svg width="100%" height="12" preserveAspectRatio="none" aria-hidden="true">
                <rect width={`${(100 * ns) / totalNs}%`} height="12" fill={colourIn(causeStyle(cause).colour, shade)} />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
