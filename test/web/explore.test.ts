// The pure parts of the Explore view, on the matrix and the steps that the service gives.

import { describe, expect, it } from 'vitest';
import { guest, number, numbers, operations, requestOf } from '../../src/cli/explore-options.ts';
import { explorationCatalog } from '../../src/explore/exploration-catalog.ts';
import { readExploration } from '../../src/explore/exploration-request.ts';
import { explore } from '../../src/explore/explore.ts';
import { type SteppedSchedule, steppedSchedule } from '../../src/explore/stepped.ts';
import { keptMatrix } from '../../src/server/matrix.ts';
import { commandOf } from '../../web/src/explore/command-line.ts';
import { ANY, cellOfRequest, choicesOf, countVerdicts, gridOf, matrixCsv } from '../../web/src/explore/matrix-grid.ts';
import {
  fieldOf,
  parseGuest,
  parseRange,
  parseRequest,
  requestThreads,
  threadsOf,
  withField,
  withThreads,
} from '../../web/src/explore/request-form.ts';
import { counterFields, evidenceText, folioRows, lockRows } from '../../web/src/explore/state-diff.ts';
import { entryText, frameOf, levelsOf, primaryOf, secondaryOf } from '../../web/src/explore/table-map.ts';
import type { Matrix, SteppedSchedule as Stepped } from '../../web/src/explore/types.ts';
import { cellWord, LOOKS, resultVerdict, verdictOf, verdictSentence } from '../../web/src/explore/verdicts.ts';
import {
  isQuiet,
  isTold,
  moved,
  placeOfFinding,
  placesOf,
  preemptionPlaces,
  stateAt,
} from '../../web/src/explore/walk.ts';

const matrix = keptMatrix() as unknown as Matrix;
const ALL = { mapcount: 'subpage', kernel: '6.12', protection: ANY, backing: ANY };
const DIP = 'madv-collapse+truncate, locks of v2';

/** The counterexample of the mapcount dip: truncation takes a page in collapse for unmapped. */
const dip = (): Stepped => {
  const cell = keptMatrix().cells.find((one) => one.row === DIP && one.scheme === 'post-collapse/promote');
  const { question, options } = readExploration(cell?.request);
  const { findings } = explore(question, options);
  return steppedSchedule(question, findings[0]!.counterexample.schedule) as SteppedSchedule as unknown as Stepped;
};
const stepped = dip();

describe('the matrix on a screen', () => {
  it('every cell of the service: its verdict, and `safe` only where all was searched', () => {
    for (const cell of matrix.cells) {
      expect(verdictOf(cell)).toBe(cell.verdict);
      if (cellWord(cell).includes('safe') && cell.verdict !== 'unsafe') expect(cell.complete).toBe(true);
    }
  });

  it.each(['safe', 'leak', 'performance', 'incomplete'] as const)('%s, but not complete: incomplete', (verdict) => {
    expect(verdictOf({ verdict, complete: false })).toBe('incomplete');
  });

  it('an unsafe cell: the class of its worst finding', () => {
    const cell = matrix.cells.find(({ verdict }) => verdict === 'unsafe')!;
    const findings = [
      { kind: 'lockdep-order-inversion', class: 'warning' },
      { kind: 'deadlock', class: 'hazard' },
    ] as const;
    expect(cellWord({ ...cell, findings: [...findings] })).toBe('unsafe: hazard');
  });

  it('each mapcount scheme and kernel: all rows that the matrix asks, and what is not counted besides', () => {
    const { mapcounts, kernels } = choicesOf(matrix);
    for (const mapcount of mapcounts) {
      for (const kernel of kernels) {
        const { rows, schemes, rowsLeftOut } = gridOf(matrix, { ...ALL, mapcount, kernel });
        const asked = matrix.cells.filter((cell) => cell.kernel === kernel && [mapcount, '-'].includes(cell.mapcount));
        const shown = rows.flatMap(({ cells }) => cells);
        expect(shown.filter((cell) => cell !== null)).toHaveLength(asked.length);
        expect([shown.length, rowsLeftOut]).toEqual([rows.length * schemes.length, matrix.rows.length - rows.length]);
      }
    }
  });

  it('a protection: no cell with another, and an empty place where there is one', () => {
    const { rows } = gridOf(matrix, { ...ALL, protection: 'folio-lock' });
    const cells = rows.flatMap((row) => row.cells);
    expect(new Set(cells.flatMap((cell) => cell?.hgm?.protection ?? []))).toEqual(new Set(['folio-lock']));
    expect(cells).toContain(null);
  });

  it('counts and CSV: of what is on the screen', () => {
    const grid = gridOf(matrix, ALL);
    const { columns, rows } = matrixCsv(grid);
    const counted = countVerdicts(grid);
    expect(rows).toHaveLength(counted.reduce((sum, { count }) => sum + count, 0));
    for (const { verdict, count } of counted) {
      expect(rows.filter((row) => row[columns.indexOf('verdict')] === verdict)).toHaveLength(count);
      expect(LOOKS[verdict].sign).not.toBe('');
    }
  });

  it('the request of a cell, through the address: leads back to the cell', () => {
    const cell = matrix.cells.find(({ row }) => row === DIP)!;
    const request = parseRequest(JSON.stringify(cell.request))!;
    expect(cellOfRequest(matrix, request)).toBe(cell);
    expect(cellOfRequest(matrix, { ...request, scheme: 'range' })?.scheme).toBe('range');
    expect(cellOfRequest(matrix, { ...request, kernel: '5.0' })).toBeUndefined();
  });
});

describe('the verdict in words', () => {
  it('not complete: never safe', () => {
    expect(resultVerdict({ verdict: 'safe', complete: false })).toBe('incomplete');
    const words = verdictSentence({ verdict: 'incomplete', complete: false, endedBy: 'transitions', findings: [] });
    expect(words).toBe(
      'Nothing can be said of all schedules: the limit of transitions has ended the search. Nothing was found until then.',
    );
    expect(words).not.toContain('safe');
  });
});

/** What the command line makes of the words behind `npx stallscope explore`. */
function readCommand(command: string): ReturnType<typeof readExploration>['question'] {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const options: Record<string, unknown> = {};
  const read: Record<string, (text: string) => unknown> = {
    operations,
    guest,
    entries: number,
    blocks: number,
    holes: numbers,
    readOnlySptes: numbers,
  };
  for (let at = 3; at < words.length; at++) {
    const name = words[at]!.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (name === 'unanswered' || name === 'stepChecks') options[name] = true;
    else options[name] = (read[name] ?? String)(words[++at]!);
  }
  return readExploration(requestOf(options)).question;
}

describe('commandOf', () => {
  it('every cell of the matrix: the command line asks the same question', () => {
    for (const { request } of keptMatrix().cells) {
      const { question } = readExploration(request);
      expect(readCommand(commandOf(question as never))).toEqual(question);
    }
  });

  it('all that a question can have: so does it', () => {
    const { question } = readExploration({
      operations: [
        { operation: 'mprotect', protection: 'read-write', pages: { first: 1, count: 2 }, next: { operation: 'fork' } },
        { operation: 'uffdio-writeprotect', pages: { first: 0, count: 1 } },
      ],
      backing: 'shmem',
      geometry: { entries: 3, blocks: 2 },
      hgm: { version: 'v1', protection: 'atomic-swap' },
      userfault: { mode: 'minor', answered: false },
      sptes: 'none',
      folios: '2m',
      mapped: '2m',
      holes: [0, 4],
      readOnlySptes: [5],
      kernel: '6.18',
      preemption: 'voluntary',
      guest: [[{ page: 0, write: false }], []],
    });
    const command = commandOf(question as never, { schedule: [0, 1], stepChecks: true });
    expect(command).toContain('--schedule 0,1 --unanswered --step-checks');
    expect(readCommand(command)).toEqual(question);
  });
});

describe('the form', () => {
  it('threads of any request: taken apart and put together, the same question', () => {
    for (const { request } of keptMatrix().cells) {
      const again = withThreads(request as never, threadsOf(request as never));
      expect(readExploration(again).question).toEqual(readExploration(request).question);
    }
  });

  it('a field of a group: comes and goes with its group', () => {
    const bare = { operations: ['truncate'] } as never;
    const set = withField(bare, ['hgm', 'version'], 'v1');
    expect([set, fieldOf(set, ['hgm', 'version'])]).toEqual([
      { operations: ['truncate'], hgm: { version: 'v1' } },
      'v1',
    ]);
    expect(withField(set, ['hgm', 'version'], undefined)).toEqual(bare);
  });

  it.each([
    ['', null],
    ['1', { first: 1, count: 1 }],
    [' 0 - 2 ', { first: 0, count: 3 }],
    ['2-1', null],
    ['all', null],
  ])('pages %j: %j', (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  it.each([
    ['', [[]]],
    [
      'w0r1,w1',
      [
        [
          { page: 0, write: true },
          { page: 1, write: false },
        ],
        [{ page: 1, write: true }],
      ],
    ],
    ['x0', null],
  ])('accesses %j: %j', (text, vcpus) => {
    expect(parseGuest(text)).toEqual(vcpus);
  });

  it.each(['', '{', 'null', '[]', '{"operations":1}'])('a link with %j: no question', (text) => {
    expect(parseRequest(text)).toBeUndefined();
  });

  it('threads in a line: as the command line has them', () => {
    const text = 'munmap@0>unmap-pieces@0-1,mprotect:read-write';
    expect(requestThreads({ operations: operations(text) } as never)).toBe(text);
  });

  it('every operation of the catalog: can be asked on its memory', () => {
    for (const { id, backings } of explorationCatalog().operations) {
      for (const backing of backings)
        expect(readExploration({ operations: [id], backing }).question.backing).toBe(backing);
    }
  });
});

describe('a counterexample', () => {
  it('places: 0 is the world before, n the world after step n', () => {
    expect(stateAt(stepped, 0)).toBe(stepped.before);
    expect(stateAt(stepped, 3)).toBe(stepped.steps[2]!.state);
  });

  it('the finding: at the step that tells of it; what no step tells: at the end', () => {
    const place = placeOfFinding(stepped, 'removed-while-mapped');
    expect(stepped.steps[place - 1]!.effects.join()).toContain('removed-while-mapped: ');
    expect(placeOfFinding(stepped, 'small-sptes')).toBe(stepped.steps.length);
    expect([isTold(stepped, 'removed-while-mapped'), isTold(stepped, 'small-sptes')]).toEqual([true, false]);
  });

  it('preemptions: as many as the schedule has, none of them skipped', () => {
    const places = preemptionPlaces(stepped);
    expect(places).toHaveLength(stepped.preemptions);
    expect(placesOf(stepped, true)).toEqual(expect.arrayContaining(places));
  });

  it('without steps that look: first, last and all that do something', () => {
    const [all, some] = [placesOf(stepped, false), placesOf(stepped, true)];
    expect([all.length, some[0], some.at(-1)]).toEqual([stepped.length + 1, 0, stepped.length]);
    expect(all.length - some.length).toBe(stepped.steps.filter(isQuiet).length);
    expect(some.length).toBeLessThan(all.length);
  });

  it.each([
    ['next', 3, 5],
    ['next', 9, 9],
    ['previous', 4, 2],
    ['previous', 0, 0],
    ['first', 5, 0],
    ['last', 5, 9],
  ] as const)('%s from %i: %i', (move, from, to) => {
    expect(moved([0, 2, 5, 9], from, move)).toBe(to);
  });
});

describe('the page tables', () => {
  const states = [stepped.before, ...stepped.steps.map(({ state }) => state)];

  it('at every step: each entry of the state once, as wide as its pages, and nothing else', () => {
    for (const of of [(state: Stepped['before']) => primaryOf(state, 0), secondaryOf]) {
      const frame = frameOf(states.map(of));
      for (const [at, state] of states.entries()) {
        const levels = levelsOf(frame, of(state), of(states[Math.max(0, at - 1)]!));
        const drawn = levels.flatMap(({ cells }) => cells.flatMap(({ entry }) => entry ?? []));
        expect(drawn).toEqual(of(state));
        for (const { cells } of levels) {
          expect(cells.reduce((sum, { span }) => sum + span, 0)).toBe(frame.stretches.length);
        }
      }
    }
  });

  it('the step that empties the huge entry: it says what it was, and so do those that have lost their table', () => {
    const at = states.findIndex((state) =>
      primaryOf(state, 0).some(({ level, kind }) => level === 2 && kind === 'none'),
    );
    const frame = frameOf(states.map((state) => primaryOf(state, 0)));
    const levels = levelsOf(frame, primaryOf(states[at]!, 0), primaryOf(states[at - 1]!, 0));
    const texts = levels.map(({ cells }) =>
      cells.map(({ entry, was }) => [
        entry === null ? null : entryText(entry),
        was === null || was === 'no table' ? was : entryText(was),
      ]),
    );
    expect(texts).toEqual([
      [['table', null]],
      [['none', 'table']],
      [
        [null, 'none'],
        [null, 'none'],
      ],
    ]);
  });

  it('before the first step: leaves with their frames and permission', () => {
    const leaves = primaryOf(stepped.before, 0).filter(({ kind }) => kind === 'leaf');
    const [first = 0] = leaves.map(({ frame }) => frame);
    expect(leaves.map(entryText)).toEqual([`pfn ${first} W`, `pfn ${first! + 1} W`]);
  });
});

describe('what a step has changed', () => {
  const before = stepped.before;

  it('the same state: nothing', () => {
    const fields = [...folioRows(before, before), ...lockRows(before, before, [])].flatMap((row) => row.fields);
    expect([...fields, ...counterFields(before, before)].filter(({ was }) => was !== null)).toEqual([]);
  });

  it('a folio that has lost its place in the file: says where it was', () => {
    const [now, old] = [stepped.steps.at(-1)!.state, stepped.steps.at(-2)!.state];
    const changed = folioRows(now, old).flatMap(({ fields }) => fields.filter(({ was }) => was !== null));
    expect(changed).toEqual([
      { name: 'refs', text: '4', was: '5' },
      { name: 'in file', text: 'no', was: 'at 0' },
    ]);
  });

  it('locks: those that were taken are new, those that were dropped are gone, with their holders', () => {
    const at = stepped.steps.findIndex(({ label }) => label.startsWith('drops mmap_lock'));
    const [now, old] = [stepped.steps[at]!.state, stepped.steps[at - 1]!.state];
    const [row] = lockRows(now, old, stepped.tasks);
    expect([row?.change, row?.fields[0]?.text, row?.fields[2]?.text]).toEqual([
      'gone',
      'mmap_lock',
      'madv-collapse 0 (read)',
    ]);
    expect(lockRows(old, now, stepped.tasks)[0]?.change).toBe('new');
  });

  it('evidence: in a line if it is flat, else as it is', () => {
    expect(evidenceText({ firstPfn: 8, write: true })).toBe('firstPfn 8, write true');
    expect([evidenceText({ chains: [] }), evidenceText({}), evidenceText(null), evidenceText('x')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
