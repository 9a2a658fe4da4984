// The `Models` lines of the source: which kernel functions and structs each declaration of ours stands for.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './markdown.ts';

export interface ModelsLine {
  readonly file: string;
  /** What the comment stands above; a member of a class by its own name. */
  readonly symbol: string;
  /** Sorted, without duplicates. Empty: the comment says that no kernel has it. */
  readonly kernelNames: readonly string[];
}

/** All of them under the given folders, by file and place. */
export function modelsLines(folders: readonly string[]): ModelsLine[] {
  return folders.flatMap((folder) => sourceFiles(folder).flatMap(modelsLinesOf));
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`)
    .sort();
}

function modelsLinesOf(file: string): ModelsLine[] {
  const source = readFileSync(join(REPOSITORY, file), 'utf8');
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap((comment) => {
    const clause = modelsClause(comment[1] ?? '');
    if (clause === null) return [];
    const symbol = declaredName(source.slice(comment.index + comment[0].length));
    if (symbol === null) throw new Error(`${file}: a Models line stands above nothing that has a name: ${clause}`);
    return { file, symbol, kernelNames: kernelNames(clause) };
  });
}

/** The comment from its word `Models` up to the next tag; null if it has none. */
function modelsClause(comment: string): string | null {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const text = lines.join('\n');
  const start = /(?:^|\n|\. )Models\s+/.exec(text);
  if (start === null) return null;
  const rest = text.slice(start.index + start[0].length);
  const [clause = ''] = rest.split(/\n\n|\n(?:Context|Locks|Returns|Order)\s|\bLeft out\b/);
  return clause;
}

/** Functions are followed by a bracket, types by their keyword; a bare name counts where it is what `Models` names. */
function kernelNames(clause: string): string[] {
  if (clause.startsWith('nothing')) return [];
  const names = new Set<string>();
  for (const [, name = ''] of clause.matchAll(/\b([a-z_][a-z0-9_]*)\(/g)) names.add(`${name}()`);
  for (const [, name = ''] of clause.matchAll(/\b((?:struct|enum) [A-Za-z_*]+)/g)) names.add(name);
  const [, bare = ''] = /^([a-z][a-z0-9]*_[a-z0-9_.]+)\b(?!\()/.exec(clause) ?? [];
  if (bare !== '') names.add(bare);
  // `x_start(), _end()` names the second by its ending.
  for (const name of [...names]) {
    if (!/^_(?!_)/.test(name)) continue;
    names.delete(name);
    const first = [...names].find((other) => other.endsWith('_start()'));
    names.add(first === undefined ? name : first.replace(/_start\(\)$/, name));
  }
  return [...names].sort();
}

const DECLARATION =
  /^\s*(?:export )?(?:abstract )?(?:readonly )?(?:function\*? |class |interface |type |const |get |\*)?#?([A-Za-z_][A-Za-z0-9_]*)/;

function declaredName(source: string): string | null {
  return DECLARATION.exec(source)?.[1] ?? null;
}
