// Locks that somebody holds or waits for.

import { service } from '../api/service.ts';
import { formatNs } from '../ui/duration.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { useLook } from './use-look.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

/** More of one lock than that is a number. */
const NAMES = 6;

export function LockPanel({ simulation }: { readonly simulation: WatchedSimulation }) {
  const { value, problem } = useLook(simulation.moved.value, () => service.simulations.locks(simulation.id));
  const locks = value.value;
  const nowNs = simulation.state.value?.simTimeNs ?? 0;
  return (
    <section class="live-panel" aria-labelledby="live-locks-title">
      <h2 id="live-locks-title">Locks</h2>
      <ProblemNotice problem={problem.value} />
      {locks === null ? (
        <p class="loading">…</p>
      ) : locks.length === 0 ? (
        <p class="field-hint">Nobody holds a lock or waits for one.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard.
        <div class="data-table-scroll live-scroll" tabIndex={0}>
          <table>
            <caption>Held or waited for now: {locks.length}</caption>
            <thead>
              <tr>
                <th scope="col">lock</th>
                <th scope="col">of</th>
                <th scope="col">holders</th>
                <th scope="col">waiters, in their order</th>
              </tr>
            </thead>
            <tbody>
              {locks.map(({ lockClass, instance, kind, holders, waiters }) => (
                <tr key={`${lockClass} ${instance}`}>
                  <th scope="row">
                    <code>{lockClass}</code>
                    <br />
                    <span class="live-kind">{kind}</span>
                  </th>
                  <td>{instance}</td>
                  <td>{listed(holders.map(({ task, mode }) => `${task} (${mode})`))}</td>
                  <td>
                    {listed(
                      waiters.map(
                        ({ task, mode, how, sinceNs }) =>
                          `${task}${mode === null ? '' : ` (${mode})`} ${how}s for ${formatNs(Math.max(nowNs - sinceNs, 0))}`,
                      ),
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMES ? `, and ${names.length - NAMES} more` : '';
  return names.slice(0, NAMES).join(', ') + more;
}
