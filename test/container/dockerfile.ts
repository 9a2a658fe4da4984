import { readFileSync } from 'node:fs';
import { REPOSITORY } from '../docs/markdown.ts';

export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Of the Dockerfile, without comments, continued lines joined. */
export function instructions(): Instruction[] {
  return readFileSync(`${REPOSITORY}Dockerfile`, 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest: rest.trim() };
    });
}
