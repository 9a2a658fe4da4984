// compose.yaml beside the Dockerfile: what one promises the other has to keep.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../docs/markdown.ts';
import { instructions } from './dockerfile.ts';
import { readYaml, type Yaml } from './plain-yaml.ts';

const compose = readYaml(readFileSync(`${REPOSITORY}compose.yaml`, 'utf8'));
const service = (compose as { services: { stallscope: Record<string, Yaml> } }).services.stallscope;
const environment = service.environment as Record<string, string>;
const argumentsOf = (name: string): string[] =>
  instructions()
    .filter((instruction) => instruction.name === name)
    .map(({ rest }) => rest);

describe('compose.yaml', () => {
  it('the port, the user and the volume: those of the Dockerfile', () => {
    const [port] = argumentsOf('EXPOSE');
    expect(service.ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect([service.user]).toEqual(argumentsOf('USER'));
    const [volume] = argumentsOf('VOLUME');
    expect(service.volumes).toEqual([`data:${volume}`]);
    expect(Object.keys((compose as { volumes: object }).volumes)).toEqual(['data']);
    expect(environment.STALLSCOPE_STORE).toMatch(new RegExp(`^${volume}/`));
    expect(argumentsOf('ENV').join(' ')).toContain(`STALLSCOPE_STORE=${environment.STALLSCOPE_STORE}`);
  });

  it('what the container may do: nothing beyond its volume and its own memory', () => {
    expect(service).toMatchObject({
      read_only: 'true',
      tmpfs: ['/tmp'],
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service.privileged).toBeUndefined();
  });

  it('the token: from outside, and not without', () => {
    expect(environment.STALLSCOPE_TOKEN).toMatch(/^\$\{STALLSCOPE_TOKEN:\?.+\}$/);
  });

  it('health: asked as the Dockerfile asks, at the port that it has', () => {
    const { test } = service.healthcheck as { test: string[] };
    const [, ofImage = ''] = /CMD (\[.*\])$/.exec(argumentsOf('HEALTHCHECK')[0] ?? '') ?? [];
    const [port = ''] = argumentsOf('EXPOSE');
    const expected = (JSON.parse(ofImage) as string[])
      .at(-1)!
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the Dockerfile
      .replace('${process.env.STALLSCOPE_PORT}', port)
      .replaceAll('`', "'");
    expect(test).toEqual(['CMD', 'node', '-e', expected]);
  });

  it('every variable that it sets: one that the service reads', () => {
    const page = readFileSync(`${REPOSITORY}docs/reference/cli.md`, 'utf8');
    for (const name of Object.keys(environment)) expect(page).toContain(`\`${name}\``);
  });
});
