// Builds the page into web/dist, which the service serves. With --if-possible, as `npm ci` calls it, an installation without
// the tools of developers is told so and is none the worse for it.
//
//   npm run build:page

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const WEB = fileURLToPath(new URL('../web/', import.meta.url));
const CLIENT = fileURLToPath(new URL('../src/client/', import.meta.url));

/** Written last of all. */
export const PAGE_FOLDER = join(WEB, 'dist');
const PAGE_END = join(PAGE_FOLDER, 'index.html.gz');

export async function buildPage(): Promise<void> {
  const { build } = await import('vite');
  await build({ configFile: join(WEB, 'vite.config.ts'), logLevel: 'warn' });
}

/** There is a page, and none of its sources is newer. */
export function isPageFresh(): boolean {
  if (!existsSync(PAGE_END)) return false;
  const builtMs = statSync(PAGE_END).mtimeMs;
  const sources = [join(WEB, 'src'), CLIENT].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const own = ['index.html', 'vite.config.ts', 'compress-assets.ts'].map((file) => join(WEB, file));
  return [...sources, ...own].every((file) => statSync(file).mtimeMs <= builtMs);
}

function hasVite(): boolean {
  try {
    import.meta.resolve('vite');
    return existsSync(fileURLToPath(import.meta.resolve('vite')));
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--if-possible') && !hasVite()) {
    process.stdout.write('page: not built, as vite is not installed here; `npm ci && npm run build:page` builds it\n');
  } else {
    await buildPage();
    process.stdout.write('page: built into web/dist\n');
  }
}
