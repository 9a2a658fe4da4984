// What a verdict of the matrix rests on: beside its cell, and beside the question that was opened from it.

import { useEffect, useRef } from 'preact/hooks';
import { placeBeside } from '../ui/explained.tsx';
import { descriptionOf, type ExplorationWords } from './catalog-words.ts';
import { numbersText, SearchNumbers } from './search-numbers.tsx';
import type { MatrixCell, MatrixRow } from './types.ts';
import { cellWord, endWords, LOOKS, verdictOf } from './verdicts.ts';

interface FactsProps {
  readonly cell: MatrixCell;
  readonly row: MatrixRow;
  readonly words: ExplorationWords;
  /** Nothing in it can be pointed at, so nothing in it explains itself. */
  readonly isTooltip?: boolean;
}

export function CellExplanation({
  id,
  around,
  ...facts
}: FactsProps & { readonly id: string; readonly around: DOMRect }) {
  const popover = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = popover.current!;
    element.showPopover();
    placeBeside(element, around);
  }, [around]);
  return (
    <div ref={popover} id={id} role="tooltip" popover="manual" class="explanation cell-explanation">
      <CellFacts {...facts} isTooltip />
    </div>
  );
}

export function CellFacts({ cell, row, words, isTooltip = false }: FactsProps) {
  const verdict = verdictOf(cell);
  const { scheme, mapcount, kernel, hgm, findings, endedBy } = cell;
  return (
    <>
      <p>
        <strong class={`verdict verdict-${verdict}`}>
          <span aria-hidden="true">{LOOKS[verdict].sign} </span>
          {cellWord(cell)}
        </strong>{' '}
        {verdict === 'refused' ? cell.because.join('; ') : LOOKS[verdict].meaning}
      </p>
      <p>
        {row.about} <code>{scheme}</code>, {mapcount === '-' ? 'counts of the kernel' : <code>{mapcount}</code>},{' '}
        {kernel}
        {hgm === null ? '' : `, HGM ${hgm.version} with ${hgm.protection}`}.
      </p>
      {findings.length === 0 ? null : (
        <ul>
          {findings.map(({ kind, class: of }) => (
            <li key={kind}>
              {of} <code>{kind}</code>
              {descriptionOf(words.findingKinds, kind) === '' ? '' : `: ${descriptionOf(words.findingKinds, kind)}`}
            </li>
          ))}
        </ul>
      )}
      {endedBy === null ? null : (
        <p>
          {isTooltip ? (
            numbersText(cell)
          ) : (
            <SearchNumbers schedules={cell.schedules} states={cell.states} transitions={cell.transitions} />
          )}
          : {endWords(endedBy)}.
          {cell.length === null
            ? ''
            : ` The counterexample has ${cell.length} steps, ${cell.preemptions === 1 ? '1 preemption' : `${cell.preemptions} preemptions`}.`}
        </p>
      )}
      <p class="bounds">Bounds: {row.bounds.join('; ')}.</p>
    </>
  );
}
