import { narrow } from './narrow.ts';
import { none } from './none.ts';
import type { NotifierId, NotifierScheme } from './notifier-scheme.ts';
import { postCollapse } from './post-collapse.ts';
import { range } from './range.ts';
import { rangeChunked } from './range-chunked.ts';

export const notifierSchemes: Readonly<Record<NotifierId, NotifierScheme>> = {
  range,
  'range-chunked': rangeChunked,
  narrow,
  'post-collapse': postCollapse,
  none,
};
