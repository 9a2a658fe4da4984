// Light, dark, or as the system has it. A class of the document says which was chosen; the style sheets follow it.

import { computed, effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEMES)[number];

const KEY = 'stallscope.theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

const system = signal<'light' | 'dark'>(systemIsDark.matches ? 'dark' : 'light');
systemIsDark.addEventListener('change', ({ matches }) => {
  system.value = matches ? 'dark' : 'light';
});

export const themeChoice = signal<ThemeChoice>(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system');

/** What is on the screen. */
export const theme = computed(() => (themeChoice.value === 'system' ? system.value : themeChoice.value));

effect(() => {
  document.documentElement.classList.remove('light', 'dark');
  if (themeChoice.value === 'system') localStorage.removeItem(KEY);
  else {
    document.documentElement.classList.add(themeChoice.value);
    localStorage.setItem(KEY, themeChoice.value);
  }
});
