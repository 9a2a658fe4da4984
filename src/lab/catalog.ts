// Everything that a request may name, with what each thing takes: the answer to "what can I ask for?".

import type { TSchema } from 'typebox';
import { operationRules } from './operation-rules.ts';
import { scenarioDocumentSchema } from './scenario-schema.ts';
import type { SchemaNode } from './schema-node.ts';
import {
  availableIds,
  backings,
  handlers,
  hgmVersions,
  kernels,
  mapcountSchemes,
  mappedSizes,
  mmus,
  notifierSchemes,
  operations,
  patterns,
  preemptions,
  schemeIds,
  stallCauses,
  type Term,
  topics,
  type Vocabulary,
} from './vocabulary.ts';

export interface CatalogEntry extends Term {
  /** Schema of what it takes: paths of the scenario for schemes and patterns, fields of the entry for operations. */
  readonly parameters: TSchema;
}

/** Paths of the scenario that matter to a term, by the path of the term. */
const parametersOf: Readonly<Record<string, readonly string[]>> = {
  'schemes/range-chunked': ['hgm.chunkBytes'],
  'mmus/shadow': ['vm.guestPage'],
  'operations/khugepaged-scan': [
    'timeline.N.at',
    'timeline.N.process',
    'timeline.N.range',
    'khugepaged.pagesToScan',
    'khugepaged.scanSleep',
    'khugepaged.maxPtesNone',
    'vm.youngFraction',
  ],
  'patterns/stride': ['guest.range', 'guest.partitioned', 'guest.stridePages', 'guest.writeFraction', 'guest.thinkNs'],
  'patterns/zipf': ['guest.range', 'guest.partitioned', 'guest.zipfExponent', 'guest.writeFraction', 'guest.thinkNs'],
  'patterns/uniform': ['guest.range', 'guest.partitioned', 'guest.writeFraction', 'guest.thinkNs'],
  'patterns/phases': ['guest.phases', 'guest.repeatPhases', 'guest.partitioned'],
  'patterns/trace': ['guest.trace', 'guest.range'],
};

export function catalog() {
  return {
    schemes: entries('schemes', notifierSchemes),
    handlers: entries('handlers', handlers),
    /** Schemes as requests and results write them, each with its handler. */
    schemeIds: [...schemeIds],
    mapcounts: entries('mapcounts', mapcountSchemes),
    operations: entries('operations', operations),
    patterns: entries('patterns', patterns),
    backings: entries('backings', backings),
    mapped: entries('mapped', mappedSizes),
    mmus: entries('mmus', mmus),
    kernels: entries('kernels', kernels),
    preemptions: entries('preemptions', preemptions),
    hgmVersions: entries('hgmVersions', hgmVersions),
    stallCauses: entries('stallCauses', stallCauses),
    topics: entries('topics', topics),
    scenarioSchema: scenarioDocumentSchema,
  };
}

function entries(section: string, vocabulary: Vocabulary): CatalogEntry[] {
  return vocabulary.map((term) => ({ ...term, parameters: parameterSchema(`${section}/${term.id}`) }));
}

function parameterSchema(termPath: string): TSchema {
  const paths = parametersOf[termPath] ?? operationParameters(termPath);
  const properties: Record<string, TSchema> = {};
  for (const path of paths) properties[path.replace('timeline.N.', '')] = schemaAt(path);
  if (termPath === 'schemes/post-collapse') {
    const description = 'What KVM does on the notification; written post-collapse/<handler>.';
    properties.handler = { enum: availableIds(handlers), description };
  }
  return { type: 'object', properties, additionalProperties: false };
}

function operationParameters(termPath: string): string[] {
  const [section, id = ''] = termPath.split('/');
  if (section !== 'operations' || !Object.hasOwn(operationRules, id)) return [];
  const { takes } = operationRules[id as keyof typeof operationRules];
  return ['at', 'range', ...takes].map((field) => `timeline.N.${field}`);
}

function schemaAt(path: string): SchemaNode {
  let node = scenarioDocumentSchema as SchemaNode;
  for (const key of path.split('.')) {
    const child = key === 'N' ? node.items : node.properties?.[key];
    if (child === undefined) throw new TypeError(`no scenario has ${path}`);
    node = child;
  }
  return node;
}
