// What the simulation has shown to be wrong, above everything else.

import { formatNs } from '../ui/duration.ts';
import { Notice } from '../ui/notice.tsx';
import type { Finding } from './event-tally.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

/** Evidence is data of any size. */
const EVIDENCE_LENGTH = 4000;

export function Findings({ simulation }: { readonly simulation: WatchedSimulation }) {
  const { state, tally, heard } = simulation;
  const told = state.value?.findings ?? [];
  const total = Math.max(state.value?.findingsTotal ?? 0, heard.value >= 0 ? tally.findingsTotal : 0);
  if (total === 0) return null;
  // The stream is ahead of the state.
  const findings: readonly Finding[] = tally.findings.length > told.length ? tally.findings : told;
  return (
    <Notice kind="error" title={total === 1 ? 'A finding' : `${total} findings, the first ${findings.length}`}>
      <ul class="live-findings">
        {findings.map((finding, index) => (
          <li key={index}>
            <code>{finding.kind}</code> at {formatNs(finding.simTimeNs)}: {finding.message}
            <details>
              <summary>Evidence</summary>
              <pre>{JSON.stringify(finding.evidence, null, 2).slice(0, EVIDENCE_LENGTH)}</pre>
            </details>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
