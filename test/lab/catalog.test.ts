import { describe, expect, test } from 'vitest';
import { catalog } from '../../src/lab/catalog.ts';
import { planComparison } from '../../src/lab/comparison.ts';
import { parseScenario } from '../../src/lab/scenario.ts';
import type { SchemaNode } from '../../src/lab/schema-node.ts';

const { schemes, handlers, schemeIds, mapcounts, operations, patterns, kernels, backings, mmus, scenarioSchema } =
  catalog();

const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id);

/** Memory that the operation takes: khugepaged leaves hugetlb alone, and sleeps 10 s after each 16 MiB. */
const memoryOf = (operation: string): object =>
  operation === 'khugepaged-scan' ? { backing: 'shmem', memory: '64MiB' } : { backing: 'hugetlb-1g' };

/** What an operation needs beside its name. */
const operationDocument = (id: string): object => {
  const protection = id === 'mprotect' || id === 'uffdio-writeprotect' ? { protection: 'read' } : {};
  const userfault = id === 'uffdio-writeprotect' ? { userfault: { writeProtect: true } } : {};
  return { vm: memoryOf(id), ...userfault, timeline: [{ operation: id, ...protection }] };
};

/** What a pattern needs beside its name. */
const guestOf: Readonly<Record<string, object>> = {
  phases: { phases: [{ pattern: 'uniform', lasts: '1ms' }] },
  trace: { trace: 'time,vcpu,gfn,write\n0,0,0,1\n' },
};

describe('catalog', () => {
  test('every entry: an id of its own and a sentence', () => {
    for (const [name, section] of Object.entries(catalog())) {
      if (name === 'schemeIds' || name === 'scenarioSchema') continue;
      const entries = section as readonly { id: string; description: string }[];
      expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
      for (const { description } of entries) expect(description).toMatch(/^.{12,}\.$/);
    }
  });

  test('schemeIds: post-collapse with each handler, the others as they are', () => {
    const written = schemes.flatMap(({ id }) =>
      id === 'post-collapse' ? handlers.map((handler) => `${id}/${handler.id}`) : [id],
    );
    expect(schemeIds).toEqual(written);
  });

  test.each([
    ['kernel', kernels, (id: string) => ({ machine: { kernel: id } })],
    ['backing', backings, (id: string) => ({ vm: { backing: id, mapped: 'none' } })],
    ['pattern', patterns, (id: string) => ({ guest: { pattern: id, ...guestOf[id] } })],
    ['mmu', mmus, (id: string) => ({ vm: { mmu: id } })],
    ['mapcount', mapcounts, (id: string) => ({ mapcount: id })],
    ['operation', operations, operationDocument],
  ])('%s: all can be asked for', (_, entries, document) => {
    expect(entries.map(({ available }) => available)).not.toContain(false);
    for (const id of idsOf(entries)) expect(() => parseScenario(document(id))).not.toThrow();
  });

  test('schemes and mapcounts: what is available can be compared', () => {
    const plan = planComparison({ scenario: {}, schemes: schemeIds, mapcounts: idsOf(mapcounts) });
    expect(plan.runs).toHaveLength(schemeIds.length * idsOf(mapcounts).length * 3);
  });

  test('parameters: with default and description, taken from the scenario', () => {
    const chunked = schemes.find(({ id }) => id === 'range-chunked')?.parameters as SchemaNode;
    expect(chunked.properties?.['hgm.chunkBytes']).toMatchObject({ default: 2_097_152, 'x-unit': 'bytes' });
    const collapse = operations.find(({ id }) => id === 'madv-collapse')?.parameters as SchemaNode;
    expect(Object.keys(collapse.properties ?? {})).toEqual(['at', 'range', 'step', 'target']);
    const post = schemes.find(({ id }) => id === 'post-collapse')?.parameters as SchemaNode;
    expect(post.properties?.handler?.enum).toEqual(['zap', 'cut', 'promote']);
  });

  test('scenario schema: plain data', () => {
    expect(structuredClone(scenarioSchema)).toEqual(JSON.parse(JSON.stringify(scenarioSchema)));
  });
});
