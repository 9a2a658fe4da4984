// One folio, by the number of any of its frames, with its counts under the mapcount scheme.

import { useEffect, useState } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { service } from '../api/service.ts';
import { formatCount } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { Field } from '../ui/field.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { useLook } from './use-look.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

type Folio = components['schemas']['LiveFolio'];

interface Props {
  readonly simulation: WatchedSimulation;
  /** Looked up elsewhere, such as in the maps. */
  readonly frame: number | null;
}

async function folioOf(id: string, index: number): Promise<Folio> {
  return (await service.api.GET('/v1/simulations/{id}/folios/{index}', { params: { path: { id, index } } })).data!;
}

export function FolioPanel({ simulation, frame }: Props) {
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState<number | null>(null);
  const [isWrong, setWrong] = useState(false);
  useEffect(() => {
    if (frame === null) return;
    setText(String(frame));
    setWanted(frame);
  }, [frame]);
  const key = wanted === null ? null : `${wanted} ${simulation.moved.value}`;
  const { value, problem } = useLook(key, () => folioOf(simulation.id, wanted!));

  return (
    <section class="live-panel" aria-labelledby="live-folio-title">
      <h2 id="live-folio-title">Folio</h2>
      <form
        class="live-step"
        onSubmit={(event) => {
          event.preventDefault();
          const isNumber = /^\d+$/.test(text.trim());
          setWrong(!isNumber);
          if (isNumber) setWanted(Number(text));
        }}
      >
        <Field
          label="frame (pfn)"
          hint="Any frame of it. The maps name the folio of each entry."
          error={isWrong ? `must be a whole number such as 1048576, got "${text}"` : undefined}
        >
          {(control) => (
            <input
              {...control}
              type="text"
              inputMode="numeric"
              value={text}
              onInput={({ currentTarget }) => {
                setText(currentTarget.value);
                setWrong(false);
              }}
            />
          )}
        </Field>
        <button type="submit">Look up</button>
      </form>
      <ProblemNotice problem={wanted === null ? null : problem.value} />
      {value.value === null || problem.value !== null ? null : <FolioCounts folio={value.value} />}
    </section>
  );
}

function FolioCounts({ folio }: { readonly folio: Folio }) {
  const { index, size, pages, kind, refcount, gupRefs, mapcount, locked, poisoned, migratable, cacheIndex } = folio;
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['refcount', formatCount(refcount), 'References that are held to it.', 'refcount'],
    ['of these GUP', formatCount(gupRefs), 'Held by GUP and by faults under way.', 'gupRefs'],
    ['folio_mapcount()', formatCount(mapcount.total), 'What it would answer under this scheme.', 'mapcount.total'],
    ['entire', formatCount(mapcount.entire), 'What the folio keeps for all of it.', 'mapcount.entire'],
    ['first page', formatCount(mapcount.firstPage), 'page_mapcount() of its first page.', 'mapcount.firstPage'],
    [
      'folio_mapped()',
      String(mapcount.mapped),
      'Whether anybody maps some of it, as the scheme sees it.',
      'mapcount.mapped',
    ],
  ];
  const flags = [locked && 'locked', poisoned && 'poisoned', !migratable && 'not migratable']
    .filter(Boolean)
    .join(', ');
  return (
    <>
      <p>
        <strong>
          Folio {index}: {size ?? `${pages} pages`}, {kind}
        </strong>
        , counted by <code>{mapcount.scheme}</code>
        {cacheIndex === null ? '' : `, page cache index ${cacheIndex}`}
        {flags === '' ? '' : `, ${flags}`}
      </p>
      <dl class="live-numbers">
        {rows.map(([name, shown, what, source]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd data-name={name}>
              <Explained what={what} source={`${source} of …/folios/${index}`}>
                {shown}
              </Explained>
            </dd>
          </div>
        ))}
      </dl>
      {mapcount.pages === null ? null : <PageCounts {...mapcount} pages={mapcount.pages} />}
    </>
  );
}

const PAGES_SHOWN = 64;

function PageCounts({
  pages,
  pagesCut,
}: {
  readonly pages: NonNullable<Folio['mapcount']['pages']>;
  readonly pagesCut: boolean;
}) {
  return (
    <details>
      <summary>Mapcounts of its 4K pages</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be in reach of the keyboard. */}
      <div class="data-table-scroll live-scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">pages</th>
              <th scope="col" class="end">
                mapcount of each
              </th>
            </tr>
          </thead>
          <tbody>
            {pages.slice(0, PAGES_SHOWN).map(({ page, count, mapcount }) => (
              <tr key={page}>
                <td>{count === 1 ? page : `${page} to ${page + count - 1}`}</td>
                <td class="end">{mapcount}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages.length > PAGES_SHOWN || pagesCut ? (
        <p class="field-hint">There are more stretches than are listed.</p>
      ) : null}
    </details>
  );
}
