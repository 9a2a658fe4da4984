import { formatCount } from '../ui/duration.ts';
import { ExplainedNs } from '../ui/explained.tsx';
import { isCause, KINDS, kindName } from './kinds.ts';
import { Swatch } from './swatch.tsx';
import type { Timeline } from './timeline.ts';

/** The causes that occur, with their times in each run; then what else is on the lanes. */
export function Legend({ timelines }: { readonly timelines: readonly Timeline[] }) {
  const kinds = KINDS.map((_name, kind) => kind);
  const causes = kinds.filter((kind) => timelines.some(({ causeNs }) => (causeNs[kind] ?? 0) > 0));
  const deeds = kinds.filter((kind) => !isCause(kind) && timelines.some((timeline) => hasKind(timeline, kind)));
  return (
    <section class="timeline-legend" aria-label="Legend">
      <ul>
        {causes.map((kind) => (
          <li key={kind}>
            <Swatch kind={kind} /> {kindName(kind)}{' '}
            {timelines.map(({ causeNs, about }, at) => (
              <span key={at}>
                {at === 0 ? '' : ' / '}
                <ExplainedNs
                  ns={causeNs[kind] ?? 0}
                  what={`Time that all vCPUs together stood still for ${kindName(kind)}${about.scheme === '' ? '' : ` under ${about.scheme}`}, as far as the trace goes.`}
                  source={`trace: slices ${kindName(kind)} of the vCPUs`}
                />
              </span>
            ))}
          </li>
        ))}
        {deeds.map((kind) => (
          <li key={kind}>
            <Swatch kind={kind} /> {kindName(kind)}
          </li>
        ))}
      </ul>
      <p class="timeline-hint">
        A column is as high as the share of its time that is taken, in the colour that took most of it. The mark below
        it says that more than one stall begins there: the higher, the more, up to {formatCount(256)}.
      </p>
    </section>
  );
}

const hasKind = ({ lanes }: Timeline, kind: number): boolean =>
  lanes.some(({ rows }) => rows.some((spans) => spans.kind.includes(kind)));
