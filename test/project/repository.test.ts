// What must be true of the files as a whole.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../docs/markdown.ts';

/** Text files under version control, or about to be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: REPOSITORY,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '');

const textOf = (file: string): string => {
  try {
    return readFileSync(REPOSITORY + file, 'utf8');
  } catch {
    return ''; // deleted, but not yet from the index
  }
};

/** Whether a package that stands at `path` would find `name`, as Node looks for it: in its own folder, then outwards. */
function isLocked(packages: Readonly<Record<string, { version?: string }>>, path: string, name: string): boolean {
  const inside = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  if (packages[inside]?.version !== undefined) return true;
  return path !== '' && isLocked(packages, path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name);
}

describe('the repository', () => {
  it('no file holds a path of the machine that it was written on', () => {
    // Put together here, so that this file does not find itself.
    const needles = [REPOSITORY, `${homedir()}/`]
      .map((path) => path.replace(/\/$/, ''))
      .filter((path) => path.length > 1);
    const holding = files.flatMap((file) =>
      needles
        .filter((path) => new RegExp(`(^|[^\\w/.])${RegExp.escape(path)}(/|\\b)`).test(textOf(file)))
        .map((path) => `${file}: ${path}`),
    );
    expect(holding).toEqual([]);
  });

  it('the lock file names no registry', () => {
    const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('the lock file has the packages of every platform, or npm ci would refuse it', () => {
    type Package = { version?: string; optionalDependencies?: Record<string, string> };
    const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Package> };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter((name) => !isLocked(packages, path, name)),
    );
    expect(missing).toEqual([]);
  });

  it('the lock file has Node 24 for both processors', () => {
    type Package = { version: string; optional?: boolean; cpu?: string | string[] };
    const lock = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Package> };
    for (const cpu of ['x64', 'arm64']) {
      const node = lock.packages[`node_modules/node-linux-${cpu}`];
      expect(node).toMatchObject({ optional: true, version: expect.stringMatching(/^24\./) });
      expect([node?.cpu].flat()).toEqual([cpu]);
    }
  });

  it('this test runs on Node 24 or newer', () => {
    expect(Number.parseInt(process.versions.node, 10)).toBeGreaterThanOrEqual(24);
  });

  it('one hold on Node: the container builds on the version that the package asks for', () => {
    const { engines } = JSON.parse(textOf('package.json')) as { engines: { node: string } };
    const bases = [...textOf('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(engines.node).toBe('>=24');
    expect(new Set(bases)).toEqual(new Set(['node:24-slim']));
  });
});
