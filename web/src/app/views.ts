// The five views, in the order of the header. Each is loaded when it is first opened.

import type { ComponentType } from 'preact';

export interface View {
  readonly path: string;
  readonly name: string;
  /** What it answers, in one line. */
  readonly about: string;
  load(): Promise<ComponentType>;
}

export const VIEWS: readonly View[] = [
  {
    path: '/compare',
    name: 'Compare',
    about: 'What each notifier scheme costs the guest',
    load: async () => (await import('../compare/view.tsx')).CompareView,
  },
  {
    path: '/timeline',
    name: 'Timeline',
    about: 'What every vCPU waited for, and who held it up',
    load: async () => (await import('../timeline/view.tsx')).TimelineView,
  },
  {
    path: '/live',
    name: 'Live',
    about: 'A simulation to drive and to look into',
    load: async () => (await import('../live/view.tsx')).LiveView,
  },
  {
    path: '/explore',
    name: 'Explore',
    about: 'Which schemes are safe, and the counterexamples of the others',
    load: async () => (await import('../explore/view.tsx')).ExploreView,
  },
  {
    path: '/history',
    name: 'History',
    about: 'Past results, to reopen, compare and share',
    load: async () => (await import('../history/view.tsx')).HistoryView,
  },
];

/** `/` is the first of them; undefined for a path of none. */
export const viewAt = (path: string): View | undefined =>
  path === '/' ? VIEWS[0] : VIEWS.find((view) => view.path === path);
