// The entries of both MMUs at the offset that is pointed at.

import { entryAt } from './band-entry.ts';
import { formatBytes, formatRange } from './bytes.ts';
import type { Lane } from './map-drawing.ts';

interface Props {
  readonly cursor: number | null;
  readonly lanes: readonly Lane[];
  readonly onFolio: (frame: number) => void;
}

export function EntryReadout({ cursor, lanes, onFolio }: Props) {
  return (
    <div class="live-entry">
      <table>
        <caption>
          {cursor === null
            ? 'Point at a band, or focus it and press . for the next entry: what stands there is told here.'
            : `At offset ${formatBytes(cursor)} of the memory (hva − start of the memory)`}
        </caption>
        <thead>
          <tr>
            <th scope="col">MMU</th>
            <th scope="col">entry</th>
            <th scope="col">covers</th>
            <th scope="col">gfn</th>
            <th scope="col">pfn</th>
            <th scope="col">flags</th>
            <th scope="col">folio</th>
          </tr>
        </thead>
        <tbody aria-live="polite">
          {lanes.map(({ title, runs }) => {
            const entry = cursor === null ? null : entryAt(runs, cursor);
            return (
              <tr key={title}>
                <th scope="row">{title}</th>
                <td>{entry === null ? '' : `${entry.size ?? ''} ${entry.kind}`.trim()}</td>
                <td class="mono">{entry === null ? '' : formatRange(entry.start, entry.length)}</td>
                <td class="mono">{entry?.gfn ?? ''}</td>
                <td class="mono">{entry?.pfn ?? ''}</td>
                <td>{entry?.flags.join(', ')}</td>
                <td>
                  {entry?.folio === null || entry === null ? null : (
                    <button type="button" onClick={() => onFolio(entry.folio!)}>
                      {entry.folio}
                    </button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
