// What a comparison asks, as it stands in an address and as the service takes it. Values are text as they were typed: what is wrong
// with one, the service says, and at which field.

import type { components } from '../../../src/client/index.ts';

type Request = components['schemas']['ComparisonRequest'];

export interface ComparisonQuestion {
  /** A name in the library, or a document as JSON. */
  readonly scenario: string;
  /** null: all that the scenario can be run under. */
  readonly schemes: readonly string[] | null;
  /** null: that of the scenario. */
  readonly mapcounts: readonly string[] | null;
  readonly repetitions: string;
  readonly seed: string;
  /** By path of the scenario, each once. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** What is asked where an address says nothing: the case that started it all. */
export const FIRST_QUESTION: ComparisonQuestion = {
  scenario: 'hgm-collapse-1g',
  schemes: null,
  mapcounts: null,
  repetitions: '3',
  seed: '1',
  overrides: {},
};

/** In front of the path of an override. */
const OVERRIDE = 'set.';

/** Whether an address asks anything at all. */
export const asksComparison = (query: URLSearchParams): boolean => query.has('scenario');

export function questionOfQuery(query: URLSearchParams): ComparisonQuestion {
  const overrides = [...query].filter(([name]) => name.startsWith(OVERRIDE) && name.length > OVERRIDE.length);
  return {
    scenario: query.get('scenario') ?? FIRST_QUESTION.scenario,
    schemes: listOf(query.get('schemes')),
    mapcounts: listOf(query.get('mapcounts')),
    repetitions: query.get('repetitions') ?? FIRST_QUESTION.repetitions,
    seed: query.get('seed') ?? FIRST_QUESTION.seed,
    overrides: Object.fromEntries(overrides.map(([name, value]) => [name.slice(OVERRIDE.length), value])),
  };
}

const listOf = (text: string | null): readonly string[] | null =>
  text === null ? null : text.split(',').filter((word) => word !== '');

/** All of it, so that a link asks the same where other things are usual. `comparison`: its result, where it is stored. */
export function compareHref(question: ComparisonQuestion, comparison?: string): string {
  const { scenario, schemes, mapcounts, repetitions, seed, overrides } = question;
  const fields: [string, string][] = [['scenario', scenario]];
  if (schemes !== null) fields.push(['schemes', schemes.join(',')]);
  if (mapcounts !== null) fields.push(['mapcounts', mapcounts.join(',')]);
  fields.push(['repetitions', repetitions], ['seed', seed]);
  for (const [path, value] of Object.entries(overrides)) fields.push([`${OVERRIDE}${path}`, value]);
  if (comparison !== undefined) fields.push(['comparison', comparison]);
  // An empty list is a question, too: one that the service refuses.
  return `/compare?${new URLSearchParams(fields)}`;
}

/** A stored comparison without its question; the view takes that from the service. */
export const storedHref = (comparison: string): string => `/compare?${new URLSearchParams({ comparison })}`;

export function requestOf(question: ComparisonQuestion): Request {
  const { scenario, schemes, mapcounts, repetitions, seed, overrides } = question;
  // What is no such request is refused by the service, with words for who has typed it.
  return {
    scenario: isDocument(scenario) ? parsed(scenario) : scenario.trim(),
    ...(schemes !== null && { schemes }),
    ...(mapcounts !== null && { mapcounts }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
    repetitions: numberOr(repetitions),
    seed: numberOr(seed),
  } as Request;
}

export const isDocument = (scenario: string): boolean => scenario.trimStart().startsWith('{');

/** The document that a text holds; the text itself where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const numberOr = (text: string): number | string =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

/** The question of a stored comparison. */
export function questionOfRequest(request: Request): ComparisonQuestion {
  const { scenario, schemes, mapcounts, repetitions, seed, overrides } = request;
  return {
    scenario: textOf(scenario),
    schemes: schemes ?? null,
    mapcounts: mapcounts ?? null,
    repetitions: repetitions === undefined ? FIRST_QUESTION.repetitions : String(repetitions),
    seed: seed === undefined ? FIRST_QUESTION.seed : String(seed),
    overrides: Object.fromEntries(Object.entries(overrides ?? {}).map(([path, value]) => [path, textOf(value)])),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Whether two ask the same, whatever the order of their overrides. */
export function sameQuestion(a: ComparisonQuestion, b: ComparisonQuestion): boolean {
  return canonical(a) === canonical(b);
}

function canonical({ overrides, scenario, ...rest }: ComparisonQuestion): string {
  const sorted = Object.entries(overrides).sort(([left], [right]) => (left < right ? -1 : 1));
  const document = isDocument(scenario) ? JSON.stringify(parsed(scenario)) : scenario;
  return JSON.stringify([document, rest.schemes, rest.mapcounts, rest.repetitions, rest.seed, sorted]);
}
