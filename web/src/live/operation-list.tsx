// The newest operations of a simulation.

import type { components } from '../../../src/client/index.ts';
import { formatCount, formatNs } from '../ui/duration.ts';
import { ExplainedNs } from '../ui/explained.tsx';
import { formatRange } from './bytes.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

const SHOWN = 8;

export function OperationList({ simulation }: { readonly simulation: WatchedSimulation }) {
  const state = simulation.state.value;
  if (state === null || state.operationsTotal === 0) return null;
  const { operations, operationsTotal, operationsDone } = state;
  const newest = operations.toReversed().slice(0, SHOWN);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard.
    <div class="data-table-scroll" tabIndex={0}>
      <table class="live-operations">
        <caption>
          {formatCount(operationsDone)} of {formatCount(operationsTotal)} operations have ended
          {operationsTotal > newest.length ? `; the newest ${newest.length}` : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col" class="end">
              #
            </th>
            <th scope="col">operation</th>
            <th scope="col">range</th>
            <th scope="col">start</th>
            <th scope="col">took</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((operation) => (
            <tr key={operation.index}>
              <td class="end">{operation.index}</td>
              <th scope="row">{operation.operation}</th>
              <td class="mono">{formatRange(operation.range.start, operation.range.length)}</td>
              <td>{operation.startNs === null ? 'not yet' : formatNs(operation.startNs)}</td>
              <td>
                <Took operation={operation} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Took({
  operation: { startNs, durationNs, errno },
}: {
  readonly operation: components['schemas']['LiveOperation'];
}) {
  if (startNs === null) return '';
  if (durationNs === null) return <strong>on its way</strong>;
  return (
    <>
      <ExplainedNs
        ns={durationNs}
        what="From the call of userspace to its return."
        source="operations[].durationNs of the simulation"
      />
      {errno === null ? '' : ` ${errno}`}
    </>
  );
}
