// What the simulation has shown to be wrong, above everything else.

import { formatCount, formatNs } from '../ui/duration.ts';
import { Notice } from '../ui/notice.tsx';
import type { Finding } from './event-tally.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

/** Evidence is data of any size. */
const EVIDENCE_LENGTH = 4000;
/** So many are in sight; the maps are to be, too. */
const AT_ONCE = 3;

export function Findings({ simulation }: { readonly simulation: WatchedSimulation }) {
  const { state, tally, heard } = simulation;
  const told = state.value?.findings ?? [];
  const total = Math.max(state.value?.findingsTotal ?? 0, heard.value >= 0 ? tally.findingsTotal : 0);
  if (total === 0) return null;
  // The stream is ahead of the state.
  const findings: readonly Finding[] = tally.findings.length > told.length ? tally.findings : told;
  const [first, rest] = [findings.slice(0, AT_ONCE), findings.slice(AT_ONCE)];
  return (
    <Notice kind="error" title={total === 1 ? 'A finding' : `${formatCount(total)} findings`}>
      <FindingList findings={first} />
      {rest.length === 0 ? null : (
        <details>
          <summary>
            {rest.length} more{total > findings.length ? `; the service tells the first ${findings.length}` : ''}
          </summary>
          <FindingList findings={rest} />
        </details>
      )}
    </Notice>
  );
}

const FindingList = ({ findings }: { readonly findings: readonly Finding[] }) => (
  <ul class="live-findings">
    {findings.map((finding, index) => (
      <li key={index}>
        <details>
          <summary>
            <code>{finding.kind}</code> at {formatNs(finding.simTimeNs)}: {finding.message}
          </summary>
          <pre>{JSON.stringify(finding.evidence, null, 2).slice(0, EVIDENCE_LENGTH)}</pre>
        </details>
      </li>
    ))}
  </ul>
);
