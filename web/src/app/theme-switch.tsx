import { THEMES, themeChoice } from '../ui/theme.ts';

export function ThemeSwitch() {
  return (
    <label class="theme-switch">
      Theme
      <select
        value={themeChoice.value}
        onChange={({ currentTarget }) => {
          themeChoice.value = THEMES.find((theme) => theme === currentTarget.value) ?? 'system';
        }}
      >
        {THEMES.map((theme) => (
          <option key={theme} value={theme}>
            {theme}
          </option>
        ))}
      </select>
    </label>
  );
}
