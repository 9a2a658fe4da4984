import { createRequire } from 'node:module';

export const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** What the OpenAPI document says beside the routes. */
export function openApiDocument(needsToken: boolean) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stallscope',
      version,
      description:
        'How long each vCPU stands still when the kernel changes the page tables under a virtual machine, by notifier scheme. ' +
        'Times are integers of nanoseconds and end in `Ns`; inputs also take "5ms", sizes also "1GiB". ' +
        'Errors are RFC 9457 problems with a `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [
      { name: 'comparisons', description: 'One scenario under several schemes.' },
      { name: 'sweeps', description: 'A comparison at every point of a grid of parameters.' },
      { name: 'explorations', description: 'All interleavings of a small case.' },
      { name: 'simulations', description: 'A scenario that is driven from outside, and can be looked into.' },
      { name: 'measurements', description: 'An operation of this host, under a guest on its own KVM.' },
      { name: 'history', description: 'What was asked so far, of all kinds.' },
      { name: 'library', description: 'Scenarios, cost profiles, and the words that they use.' },
      { name: 'health', description: 'For machines that watch machines.' },
    ],
    ...(needsToken
      ? {
          components: { securitySchemes: { token: { type: 'http' as const, scheme: 'bearer' } } },
          security: [{ token: [] }],
        }
      : {}),
  };
}
