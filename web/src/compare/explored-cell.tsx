import { Link } from '../app/link.tsx';
import { hrefOf } from '../app/router.ts';
import { Explained } from '../ui/explained.tsx';
import { countsText, type Explored, type MatrixCell, reasonsOf, worstText, worstVerdict } from './explored.ts';
import type { RowId } from './row-names.ts';

/** Verdict for the operations of the scenario by themselves, then beside others; both lead to the matrix. */
export function ExploredCell({ row, explored }: { readonly row: RowId; readonly explored: Explored | null }) {
  if (explored === null) return <span class="explored-about">…</span>;
  const { own, beside } = explored;
  const verdict = worstVerdict(own);
  const besideVerdict = worstVerdict(beside);
  return (
    <span class="explored">
      {verdict === null ? (
        <Explained what="The matrix has no case of these operations alone, on such memory, kernel and revision of HGM.">
          not explored
        </Explained>
      ) : (
        <Verdict cells={own} verdict={verdict} text={verdict} href={hrefTo(row, own)} about="by themselves" />
      )}
      {besideVerdict === null ? null : (
        <span class="explored-about">
          with others:{' '}
          <Verdict
            cells={beside}
            verdict={besideVerdict}
            text={worstText(beside)}
            href={hrefTo(row, beside)}
            about="beside others"
          />
        </span>
      )}
    </span>
  );
}

function Verdict({
  cells,
  verdict,
  text,
  href,
  about,
}: {
  readonly cells: readonly MatrixCell[];
  readonly verdict: string;
  readonly text: string;
  readonly href: string;
  readonly about: string;
}) {
  const reasons = reasonsOf(cells);
  const why = reasons.length === 0 ? '' : ` Because of ${reasons.join(', ')}.`;
  return (
    <Explained
      what={`Operations of this scenario ${about}, in small cases, all interleavings within the bounds: ${countsText(cells)}.${why}`}
      source="/v1/catalog/matrix: cells[].verdict"
    >
      <Link href={href} class={`verdict verdict-${verdict}`}>
        {text}
      </Link>
    </Explained>
  );
}

/** The cell that decides. */
function hrefTo({ scheme }: RowId, cells: readonly MatrixCell[]): string {
  const worst = worstVerdict(cells);
  const cell = cells.find(({ verdict }) => verdict === worst);
  // `-` is no mapcount scheme: the cell stands under each of them.
  const mapcount = cell?.mapcount === '-' ? undefined : cell?.mapcount;
  return hrefOf('/explore', { row: cell?.row, scheme, mapcount, kernel: cell?.kernel });
}
