// The simulations that the service has, newest first.

import { useEffect } from 'preact/hooks';
import type { components } from '../../../src/client/index.ts';
import { useLoaded } from '../api/loaded.ts';
import { service } from '../api/service.ts';
import { Link } from '../app/link.tsx';
import { hrefOf } from '../app/router.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { ExplainedNs } from '../ui/explained.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { useDrive } from './use-drive.ts';

type Summary = components['schemas']['SimulationSummary'];

const REFRESH_MS = 5_000;
const LISTED = 100;
const ID_SHOWN = 8;

export function SimulationList() {
  const { value, problem, reload } = useLoaded('simulations', async () => {
    const { data } = await service.api.GET('/v1/simulations', { params: { query: { limit: LISTED } } });
    return data!.items;
  });
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const drive = useDrive();
  const remove = (id: string): void =>
    drive.run(async () => {
      await service.simulations.remove(id);
      reload();
    });
  return (
    <>
      <ProblemNotice problem={problem.value ?? drive.problem} />
      {value.value === null ? (
        <p class="loading">…</p>
      ) : (
        <DataTable
          caption="Simulations of this service"
          columns={columnsWith(remove)}
          rows={value.value}
          rowKey={({ id }) => id}
          empty="None lives now."
        />
      )}
    </>
  );
}

const columnsWith = (remove: (id: string) => void): readonly Column<Summary>[] => [
  {
    id: 'id',
    header: 'simulation',
    isRowHeader: true,
    value: ({ id }) => id,
    cell: ({ id }) => <Link href={hrefOf('/live', { simulation: id })}>{id.slice(0, ID_SHOWN)}</Link>,
  },
  { id: 'scenario', header: 'scenario', value: ({ scenario }) => scenario },
  { id: 'scheme', header: 'scheme', value: ({ scheme }) => scheme },
  { id: 'status', header: 'status', value: ({ status, ended }) => (ended === null ? status : `${status}: ${ended}`) },
  {
    id: 'time',
    header: 'virtual time',
    isNumber: true,
    value: ({ simTimeNs }) => simTimeNs,
    cell: ({ simTimeNs }) => <ExplainedNs ns={simTimeNs} what="How far it has come." source="simTimeNs" />,
  },
  {
    id: 'made',
    header: 'made',
    value: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => new Date(createdAt).toLocaleTimeString(),
  },
  {
    id: 'delete',
    header: 'delete',
    value: () => null,
    cell: ({ id }) => (
      <button type="button" onClick={() => remove(id)} aria-label={`Delete ${id.slice(0, ID_SHOWN)}`}>
        Delete
      </button>
    ),
  },
];
