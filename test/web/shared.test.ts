// The pure parts of the page that all views share.

import { describe, expect, it } from 'vitest';
import { catalog } from '../../src/lab/catalog.ts';
import { VIEW_PATHS } from '../../src/server/page.ts';
import { VIEWS } from '../../web/src/app/views.ts';
import { causeStyle, schemeStyle } from '../../web/src/ui/colours.ts';
import { exactNs, formatNs, formatRatio } from '../../web/src/ui/duration.ts';
import { csvText } from '../../web/src/ui/save.ts';

describe('formatNs', () => {
  it.each([
    [0, '0 ns'],
    [650, '650 ns'],
    [999.6, '1 us'],
    [999_499, '999 us'],
    [999_600, '1 ms'],
    [1_500, '1.5 us'],
    [43_412_900, '43.4 ms'],
    [12_345_678_901, '12.3 s'],
    [3_723_000_000_000, '3720 s'],
    [-1_234, '-1.23 us'],
  ])('%d: %s', (ns, text) => {
    expect(formatNs(ns)).toBe(text);
  });

  it('exactly: every nanosecond', () => {
    expect(exactNs(43_412_900)).toBe('43,412,900 ns');
  });
});

describe('formatRatio', () => {
  it('small: no powers of ten', () => {
    expect([formatRatio(0.0000357123), formatRatio(1), formatRatio(12_345)]).toEqual(['0.0000357', '1', '12300']);
  });
});

describe('csvText', () => {
  it('separators, quotes, line ends and what looks like a formula: text and nothing else', () => {
    const rows = [
      ['a,b', 'say "so"', 'two\nlines', '=1+1', -1.5, null],
      ['plain', true, '', '@x', 0, undefined],
    ];
    expect(csvText({ columns: ['a', 'b', 'c', 'd', 'e', 'f'], rows })).toBe(
      'a,b,c,d,e,f\r\n"a,b","say ""so""","two\nlines",\'=1+1,-1.5,\r\nplain,true,,\'@x,0,\r\n',
    );
  });
});

describe('looks', () => {
  const { schemeIds, stallCauses } = catalog();

  it('schemes of the catalog: each a colour, a dash and a marker of its own', () => {
    const styles = schemeIds.map(schemeStyle);
    expect(styles.length).toBeGreaterThan(5);
    for (const part of ['colour', 'dash', 'marker'] as const) {
      expect(new Set(styles.map((style) => JSON.stringify(style[part]))).size).toBe(styles.length);
    }
    expect(styles).not.toContain(schemeStyle('no such scheme'));
  });

  it('causes of the catalog: no two look the same', () => {
    const styles = stallCauses.map(({ id }) => causeStyle(id));
    expect(styles.length).toBeGreaterThan(10);
    expect(new Set(styles.map((style) => JSON.stringify(style))).size).toBe(styles.length);
    expect(styles).not.toContain(causeStyle('no such cause'));
  });
});

describe('views', () => {
  it('the addresses of the page: those that the service answers', () => {
    expect(['/', ...VIEWS.map(({ path }) => path)]).toEqual(VIEW_PATHS);
  });
});
