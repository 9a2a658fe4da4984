import { describe, expect, it } from 'vitest';
import { codeWords, readPage, section, tableRows } from './markdown.ts';
import { modelsLines } from './models-lines.ts';

const MODEL = ['src/mm', 'src/kvm'];
const PAGE = readPage('docs/kernel-map.md');

/** `file symbol: names`, the same text from both sides, so that a difference reads as what to write. */
function entry(file: string, symbol: string, kernelNames: readonly string[]): string {
  return `${file} ${symbol}: ${kernelNames.join(', ')}`;
}

const inSource = modelsLines(MODEL);

function rowsUnder(heading: string): string[][] {
  return tableRows(section(PAGE, heading));
}

const inMap = MODEL.flatMap((folder) => {
  const heading = folder === 'src/mm' ? 'The primary MMU: `src/mm`' : 'The secondary MMU: `src/kvm`';
  return rowsUnder(heading).map(([kernel = '', here = '', follows = '', leftOut = '']) => {
    const [file = '', symbol = ''] = codeWords(here);
    return { file, symbol, kernelNames: codeWords(kernel).sort(), follows, leftOut };
  });
});

describe('docs/kernel-map.md', () => {
  it('Models lines in src/mm and src/kvm: each has its row, with the same kernel names', () => {
    const mapped = inMap.map(({ file, symbol, kernelNames }) => entry(file, symbol, kernelNames));
    const modelled = inSource
      .filter(({ kernelNames }) => kernelNames.length > 0)
      .map(({ file, symbol, kernelNames }) => entry(file, symbol, kernelNames));
    expect(mapped.sort()).toEqual(modelled.sort());
  });

  it('what no kernel has: the same declarations as the ones whose comment says so', () => {
    const listed = rowsUnder('What no kernel has').map(([here = '']) => codeWords(here).join(' '));
    const invented = inSource
      .filter(({ kernelNames }) => kernelNames.length === 0)
      .map(({ file, symbol }) => `${file} ${symbol}`);
    expect(listed.sort()).toEqual(invented.sort());
  });

  it('every row: says which versions it follows and what is left out', () => {
    const empty = inMap.filter(({ follows, leftOut }) => follows === '' || leftOut === '');
    expect(empty).toEqual([]);
  });

  it('the layers without kernel words: have no Models line', () => {
    expect(modelsLines(['src/engine', 'src/lab', 'src/server', 'src/cli'])).toEqual([]);
  });
});
