// What a simulation is made of, as the form and the address have it: text, until the service reads it.

import type { components } from '../../../src/client/index.ts';

export type SimulationRequest = components['schemas']['SimulationRequest'];

/** Names as they stand in the address. An empty one is left to the service. */
export interface Question {
  readonly from: 'scenario' | 'parts';
  readonly scenario: string;
  readonly scheme: string;
  readonly mapcount: string;
  readonly kernel: string;
  readonly vcpus: string;
  readonly memory: string;
  readonly backing: string;
  readonly mapped: string;
  readonly seed: string;
  /** '1': with the operations of the scenario, at their times. */
  readonly timeline: string;
  /** Any other fields: "vm.count=2,guest.pattern=zipf". */
  readonly set: string;
}

export type QuestionField = keyof Question;

export const DEFAULTS: Question = {
  from: 'scenario',
  scenario: 'hgm-collapse-2m',
  scheme: 'range',
  mapcount: '',
  kernel: '',
  vcpus: '',
  memory: '',
  backing: 'hugetlb-2m',
  mapped: '4k',
  seed: '',
  timeline: '',
  set: '',
};

const FIELDS = Object.keys(DEFAULTS) as QuestionField[];

export function questionIn(query: URLSearchParams): Question {
  const given = FIELDS.map((field) => [field, query.get(field) ?? DEFAULTS[field]]);
  const question = Object.fromEntries(given) as unknown as Question;
  return question.from === 'parts' ? question : { ...question, from: 'scenario' };
}

/** Whether the address says what its simulation was made of. */
export const saysQuestion = (query: URLSearchParams): boolean => query.has('scheme');

/** For the address: the scheme, and what differs from the defaults. null: not in it. */
export function queryOf(question: Question): Record<QuestionField, string | null> {
  const isSaid = (field: QuestionField): boolean => field === 'scheme' || question[field] !== DEFAULTS[field];
  const fields = FIELDS.map((field) => [field, isSaid(field) ? question[field] : null]);
  return Object.fromEntries(fields) as Record<QuestionField, string | null>;
}

/** Of a simulation that was made elsewhere, as far as its state says it. */
export const questionOf = (state: {
  readonly scenario: string;
  readonly scheme: string;
  readonly mapcount: string;
  readonly seed: number;
}): Question => ({
  ...DEFAULTS,
  scenario: state.scenario,
  scheme: state.scheme,
  mapcount: state.mapcount,
  seed: String(state.seed),
});

/** The name of the request's field that a field of the form stands for. */
export const PATHS: Readonly<Partial<Record<QuestionField, string>>> = {
  scenario: 'scenario',
  scheme: 'scheme',
  mapcount: 'mapcount',
  kernel: 'machine.kernel',
  vcpus: 'vm.vcpus',
  memory: 'vm.memory',
  backing: 'vm.backing',
  mapped: 'vm.mapped',
  seed: 'seed',
};

/** What can be said of the text before the service is asked: what is wrong with it, by field. */
export function mistakesIn({ vcpus, seed, set, memory }: Question): Partial<Record<QuestionField, string>> {
  const mistakes: Partial<Record<QuestionField, string>> = {};
  if (!isWhole(vcpus)) mistakes.vcpus = `must be a whole number such as 8, got "${vcpus}"`;
  if (!isWhole(seed)) mistakes.seed = `must be a whole number such as 1, got "${seed}"`;
  if (memory !== '' && !/^\d+(\.\d+)?(B|KiB|MiB|GiB)?$/.test(memory)) {
    mistakes.memory = `must be a size such as 16MiB or 1GiB, got "${memory}"`;
  }
  const odd = settingsIn(set).find(({ path, value }) => path === '' || value === undefined);
  if (odd !== undefined) mistakes.set = `must be path=value, several with commas between them, got "${odd.text}"`;
  return mistakes;
}

const isWhole = (text: string): boolean => /^\d*$/.test(text.trim());

/** As POST /v1/simulations takes it. Expects a question without mistakes. */
export function requestOf(question: Question): SimulationRequest {
  const overrides = overridesOf(question);
  const shared = {
    scheme: question.scheme,
    ...(question.mapcount !== '' && { mapcount: question.mapcount }),
    ...(question.seed !== '' && { seed: Number(question.seed) }),
  };
  const request =
    question.from === 'scenario'
      ? { scenario: question.scenario, ...shared, overrides }
      : { ...shared, timeline: [], overrides };
  return request as SimulationRequest;
}

function overridesOf(question: Question): Record<string, unknown> {
  const { from, kernel, vcpus, memory, backing, mapped, timeline, set } = question;
  const isParts = from === 'parts';
  return {
    ...(!isParts && timeline !== '1' && { timeline: [] }),
    ...(kernel !== '' && { 'machine.kernel': kernel }),
    ...(vcpus !== '' && { 'vm.vcpus': Number(vcpus) }),
    ...(memory !== '' ? { 'vm.memory': sizeValue(memory) } : isParts && { 'vm.memory': PARTS_MEMORY }),
    ...(isParts && { 'vm.backing': backing, 'vm.mapped': mapped }),
    ...Object.fromEntries(settingsIn(set).map(({ path, value }) => [path, value])),
  };
}

/** Without a word about it, parts make a small VM: what is looked at should fit on a screen. */
const PARTS_MEMORY = '16MiB';

const sizeValue = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

interface Setting {
  readonly text: string;
  readonly path: string;
  /** As JSON if it is some, else as text; undefined: there is none. */
  readonly value: unknown;
}

function settingsIn(set: string): Setting[] {
  const texts = set.split(',').map((text) => text.trim());
  return texts
    .filter((text) => text !== '')
    .map((text) => {
      const at = text.indexOf('=');
      const path = at === -1 ? text : text.slice(0, at).trim();
      const value = at === -1 ? '' : text.slice(at + 1).trim();
      return { text, path, value: value === '' ? undefined : settingValue(value) };
    });
}

function settingValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
