// What was asked of this service, newest first.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { isFinished } from '../api/job.ts';
import { useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { Link } from '../app/link.tsx';
import { writeQuery } from '../app/query-state.ts';
import { navigate, place } from '../app/router.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Notice } from '../ui/notice.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { FilterForm } from './filter-form.tsx';
import { type Filters, filtersOf, isFiltered, listQuery } from './filters.ts';
import { collectionOf, isKind, type JobRef, type Kind, openHref, sideBySideHref } from './job-kinds.ts';
import { JobStatusCell } from './job-status.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { ShareDialog } from './share-dialog.tsx';

type Item = components['schemas']['HistoryItem'];

const PAGE = 25;
/** How often a page is asked for again on which somebody is not done yet. */
const REFRESH_MS = 2_000;
/** More columns than that nobody reads side by side. */
const MOST_SIDE_BY_SIDE = 6;

const refOf = ({ kind, id }: Item): JobRef | null => (isKind(kind) ? { kind, id } : null);
const keyOf = ({ kind, id }: Item): string => `${kind}:${id}`;

export function JobList() {
  const { query } = place.value;
  const filters = filtersOf(query);
  const cursor = query.get('cursor') ?? '';
  const page = useLoaded(JSON.stringify([filters, cursor]), () => askForPage(filters, cursor));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [removed, setRemoved] = useState<Item | null>(null);
  const [shared, setShared] = useState<JobRef | null>(null);

  // What was there stays until what is wanted has come.
  const shown = useRef(page.value.value);
  if (page.value.value !== null) shown.current = page.value.value;
  const loaded = shown.current;
  const items = loaded?.items ?? [];
  const isMoving = items.some((item) => !isFinished(item));
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(page.reload, REFRESH_MS);
    return () => clearInterval(timer);
  }, [isMoving, page]);

  const toggle = (key: string): void =>
    setChosen(chosen.includes(key) ? chosen.filter((other) => other !== key) : [...chosen, key]);

  return (
    <>
      <h1>History</h1>
      <FilterForm filters={filters} />
      <ProblemNotice problem={page.problem.value} />
      {loaded === null ? (
        page.problem.value === null && <p aria-live="polite">Loading …</p>
      ) : items.length === 0 ? (
        <Nothing isFiltered={isFiltered(filters)} isFirst={cursor === ''} />
      ) : (
        <>
          <Chosen keys={chosen} onClear={() => setChosen([])} />
          <DataTable
            caption="Newest first. Times are of this browser's zone."
            columns={columns({ chosen, toggle, onRemove: setRemoved, onShare: setShared })}
            rows={items}
            rowKey={keyOf}
          />
          <nav class="tools" aria-label="Pages">
            <button
              type="button"
              disabled={cursor === ''}
              onClick={() => writeQuery({ cursor: null }, { replace: false })}
            >
              Newest
            </button>
            <button
              type="button"
              disabled={loaded.nextCursor === null}
              onClick={() => writeQuery({ cursor: loaded.nextCursor }, { replace: false })}
            >
              Older
            </button>
            <button type="button" onClick={page.reload}>
              Reload
            </button>
          </nav>
        </>
      )}
      {removed === null ? null : (
        <RemoveDialog
          item={removed}
          onEnd={(isGone) => {
            if (isGone) {
              setChosen(chosen.filter((key) => key !== keyOf(removed)));
              page.reload();
            }
            setRemoved(null);
          }}
        />
      )}
      {shared === null ? null : <ShareDialog job={shared} onEnd={() => setShared(null)} />}
    </>
  );
}

async function askForPage(filters: Filters, cursor: string): Promise<components['schemas']['History']> {
  const params = { query: listQuery(filters, cursor, PAGE) };
  if (filters.kind === '') return (await service.api.GET('/v1/history', { params })).data!;
  const { kind } = filters;
  const { items, nextCursor } = (await service.api.GET(`/v1/${collectionOf(kind)}`, { params })).data!;
  return { items: items.map((item) => ({ ...item, kind })), nextCursor };
}

interface RowActions {
  readonly chosen: readonly string[];
  readonly toggle: (key: string) => void;
  readonly onRemove: (item: Item) => void;
  readonly onShare: (job: JobRef) => void;
}

const nameOf = ({ kind, scenario }: Item): string => `${kind} ${scenario ?? ''}`.trim();

function columns({ chosen, toggle, onRemove, onShare }: RowActions): readonly Column<Item>[] {
  return [
    {
      id: 'compare',
      header: 'Compare',
      explanation: { what: `Choose two to ${MOST_SIDE_BY_SIDE} results to see their numbers side by side.` },
      value: (item) => chosen.includes(keyOf(item)),
      cell: (item) => (
        <input
          type="checkbox"
          aria-label={`Choose ${nameOf(item)}`}
          checked={chosen.includes(keyOf(item))}
          disabled={
            item.status !== 'succeeded' || (chosen.length >= MOST_SIDE_BY_SIDE && !chosen.includes(keyOf(item)))
          }
          onChange={() => toggle(keyOf(item))}
        />
      ),
    },
    {
      id: 'createdAt',
      header: 'Asked',
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <time dateTime={createdAt}>{new Date(createdAt).toLocaleString()}</time>,
    },
    { id: 'kind', header: 'Kind', value: ({ kind }) => kind },
    {
      id: 'scenario',
      header: 'About',
      isRowHeader: true,
      value: ({ scenario }) => scenario,
      cell: (item) => <OpenLink item={item} />,
    },
    {
      id: 'schemes',
      header: 'Schemes',
      value: ({ schemes }) => schemes.join(' '),
      cell: ({ schemes }) => <span class="history-schemes">{schemes.join(', ')}</span>,
    },
    {
      id: 'status',
      header: 'Status',
      value: ({ status }) => status,
      cell: (item) => <JobStatusCell item={item} />,
    },
    {
      id: 'actions',
      header: 'Do',
      value: () => null,
      cell: (item) => {
        const job = refOf(item);
        return (
          <span class="history-actions">
            {job === null ? null : (
              <button type="button" aria-label={`Share ${nameOf(item)}`} onClick={() => onShare(job)}>
                Share
              </button>
            )}
            <button
              type="button"
              aria-label={`${isFinished(item) ? 'Delete' : 'Cancel'} ${nameOf(item)}`}
              onClick={() => onRemove(item)}
            >
              {isFinished(item) ? 'Delete' : 'Cancel'}
            </button>
          </span>
        );
      },
    },
  ];
}

function OpenLink({ item }: { readonly item: Item }): ComponentChildren {
  const job = refOf(item);
  const name = item.scenario ?? item.kind;
  return job === null ? name : <Link href={openHref(job)}>{name}</Link>;
}

function Chosen({ keys, onClear }: { readonly keys: readonly string[]; readonly onClear: () => void }) {
  const refs = keys.flatMap((key): JobRef[] => {
    const [kind = '', id = ''] = key.split(':');
    return isKind(kind) ? [{ kind: kind as Kind, id }] : [];
  });
  return (
    <div class="tools" role="status">
      <button type="button" class="primary" disabled={refs.length < 2} onClick={() => navigate(sideBySideHref(refs))}>
        Side by side
      </button>
      <span>
        {refs.length === 0
          ? 'Choose two or more results to compare their numbers.'
          : `${refs.length} of at most ${MOST_SIDE_BY_SIDE} chosen, the first is what the others are held against.`}
      </span>
      {refs.length === 0 ? null : (
        <button type="button" onClick={onClear}>
          Choose none
        </button>
      )}
    </div>
  );
}

function Nothing({ isFiltered: filtered, isFirst }: { readonly isFiltered: boolean; readonly isFirst: boolean }) {
  if (filtered || !isFirst) {
    return (
      <Notice kind="info" title={filtered ? 'Nothing fits' : 'Nothing older'}>
        <button type="button" onClick={() => navigate('/history')}>
          Show all
        </button>
      </Notice>
    );
  }
  return (
    <Notice kind="info" title="Nothing was asked yet">
      Comparisons, sweeps, explorations and measurements of this service will stand here, whoever asks them.{' '}
      <Link href="/compare">Compare schemes</Link> to begin with.
    </Notice>
  );
}
