// What stands around the data of a chart, so that it is read and not seen first. Set for each theme: that of the library is not.

type Theme = 'light' | 'dark';

const TEXT = { light: '#3a4046', dark: '#d5dbe0' };
const LINE = { light: '#8a939b', dark: '#6b7680' };
const GRID = { light: '#e3e7ea', dark: '#2c333a' };

/** Of an axis: its name, its line, the lines across the chart. */
export const axisLook = (theme: Theme): object => ({
  nameTextStyle: { color: TEXT[theme] },
  axisLine: { lineStyle: { color: LINE[theme] } },
  splitLine: { lineStyle: { color: GRID[theme] } },
  minorSplitLine: { lineStyle: { color: GRID[theme] } },
});

export const labelLook = (theme: Theme): object => ({ color: TEXT[theme] });

export const legendLook = (theme: Theme): object => ({
  textStyle: { color: TEXT[theme] },
  pageTextStyle: { color: TEXT[theme] },
  inactiveColor: LINE[theme],
});
