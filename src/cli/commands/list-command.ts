// `scenarios` and `profiles`: the list, or one document.

import Table from 'cli-table3';
import { Command } from 'commander';
import { InvalidInput } from '../../lab/invalid-input.ts';
import type { Listed } from '../../lab/library.ts';

const DESCRIPTION_WIDTH = 80;

interface Shelf {
  readonly kind: 'scenario' | 'profile';
  readonly list: () => Listed[];
  readonly document: (name: string) => unknown;
}

export function listCommand({ kind, list, document }: Shelf): Command {
  return new Command(`${kind}s`)
    .description(`list the ${kind}s that come with the project, or print one`)
    .argument('[name]', `name of a ${kind}: print its document`)
    .option('--json', 'print the list as JSON')
    .action((name: string | undefined, options: { json?: boolean }) => {
      if (name !== undefined) {
        process.stdout.write(`${JSON.stringify(known(document(name), kind, name, list()), null, 2)}\n`);
      } else if (options.json) {
        process.stdout.write(`${JSON.stringify(list())}\n`);
      } else {
        const table = new Table({
          style: { head: [], border: [], compact: true },
          head: ['name', 'description'],
          colWidths: [null, DESCRIPTION_WIDTH],
          wordWrap: true,
        });
        for (const { name, description } of list()) table.push([name, description]);
        process.stdout.write(`${table.toString()}\n`);
      }
    });
}

function known(document: unknown, kind: string, name: string, listed: readonly Listed[]): unknown {
  if (document !== null) return document;
  const message = `no ${kind} is named "${name}"; there are ${listed.map((item) => item.name).join(', ')}`;
  throw new InvalidInput(kind, [{ path: kind, message }]);
}
