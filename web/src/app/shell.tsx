import './app.css';
import { useCatalog } from '../api/loaded.ts';
import { Link } from './link.tsx';
import { LostConnection } from './lost-connection.tsx';
import { OpenView } from './open-view.tsx';
import { place } from './router.ts';
import { ThemeSwitch } from './theme-switch.tsx';
import { TokenPrompt } from './token-prompt.tsx';
import { VIEWS, viewAt } from './views.ts';

export function Shell() {
  // Every view speaks in its words, so it is asked for while the view is loaded.
  useCatalog();
  const open = viewAt(place.value.path);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the view
      </a>
      <header class="shell-header">
        <span class="shell-name">Stallscope</span>
        <nav aria-label="Views">
          <ul>
            {VIEWS.map((view) => (
              <li key={view.path}>
                <Link href={view.path} title={view.about} aria-current={view === open ? 'page' : undefined}>
                  {view.name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <a class="shell-interface" href="/docs">
          Interface
        </a>
        <ThemeSwitch />
      </header>
      <LostConnection />
      <TokenPrompt />
      <main id="main" tabIndex={-1}>
        <OpenView />
      </main>
    </>
  );
}
