// A sweep: a comparison at every point of a grid of parameters, everywhere with the same seeds, so that points differ by their
// parameters and not by chance. Planning checks every point before anything runs.

import Type, { type Static } from 'typebox';
import {
  type ComparisonPlan,
  type ComparisonRequest,
  comparisonRequestSchema,
  planComparison,
  type RunSpec,
} from './comparison.ts';
import { type InputError, InvalidInput, MOST_ERRORS } from './invalid-input.ts';
import { builtInLibrary, type Library } from './library.ts';
import type { Scenario } from './scenario.ts';
import { documentSchemaOf } from './schema-node.ts';
import { readBySchema } from './schema-reader.ts';
import {
  type Axis,
  dotted,
  EXPECTED,
  type GridPoint,
  type GridValue,
  pathInGrid,
  pointsOf,
  pointText,
  readGrid,
  refused,
} from './sweep-grid.ts';

/** Of all points together. */
export const SWEEP_RUNS_MAX = 10_000;
/** A recorded guest goes with every point. */
const TRACE_CHARACTERS_MAX = 16 * 1024 * 1024;
const VALUE_CHARACTERS_MAX = 100;

const sweepRequestSchema = Type.Object(
  {
    ...comparisonRequestSchema.properties,
    grid: Type.Unsafe<unknown>({
      type: 'object',
      additionalProperties: { type: 'array', items: { type: ['string', 'number', 'boolean', 'null'] } },
      opaque: true,
      description:
        'Fields of the scenario by path, each with the values that it takes, such as {"vm.vcpus": [4, 8, 16]}.',
      expected: EXPECTED,
    }),
    histograms: Type.Boolean({
      default: false,
      description: 'Whether each scheme at each point has its histogram of stall windows.',
    }),
  },
  { additionalProperties: false, description: 'A comparison at every point of a grid, with the same seeds.' },
);

/** What may be written, as plain JSON Schema. */
export const sweepDocumentSchema = documentSchemaOf(sweepRequestSchema);

export interface SweepRequest extends ComparisonRequest {
  readonly grid: unknown;
  readonly histograms?: boolean;
}

interface PlannedPoint {
  /** By path, each value as its scenario has it: 5000000 for "5ms". */
  readonly at: Readonly<Record<string, GridValue>>;
  readonly plan: ComparisonPlan;
}

/** A run, and the point that it is for. */
export interface SweepRun {
  readonly point: number;
  readonly run: RunSpec;
}

export interface SweepPlan {
  readonly axes: readonly Axis[];
  readonly points: readonly PlannedPoint[];
  readonly histograms: boolean;
  /** Point by point, each as its comparison has them. */
  readonly runs: readonly SweepRun[];
}

/** Throws `InvalidInput`: what is wrong with a value of the grid has its path there, as in grid.vm.vcpus[1]. */
export function planSweep(request: SweepRequest, library: Library = builtInLibrary): SweepPlan {
  const { value, errors, unlisted } = readBySchema(sweepRequestSchema, request);
  if (errors.length > 0) throw refused(errors, unlisted);
  const { histograms, overrides = {} } = value as Static<typeof sweepRequestSchema>;
  const written = readGrid(request.grid);
  const overridden = Object.keys(overrides).map(dotted);
  const twice = written.filter(({ path }) => overridden.includes(path));
  if (twice.length > 0) {
    throw refused(twice.map(({ path }) => ({ path: `grid.${path}`, message: 'must not be among the overrides, too' })));
  }
  const points = planPoints(request, written, remembering(library));
  const runs = points.flatMap(({ plan }, point) => plan.runs.map((run): SweepRun => ({ point, run })));
  return { axes: axesOf(written, points), points, histograms, runs };
}

/** Every point asks for the same documents. */
function remembering(library: Library): Library {
  const profiles = new Map<string, unknown>();
  return {
    scenario: (name) => library.scenario(name),
    scenarioNames: () => library.scenarioNames(),
    profileNames: () => library.profileNames(),
    profile(name) {
      if (!profiles.has(name)) profiles.set(name, library.profile(name));
      return profiles.get(name);
    },
  };
}

function planPoints(request: SweepRequest, axes: readonly Axis[], library: Library): PlannedPoint[] {
  const errors: InputError[] = [];
  const planned: PlannedPoint[] = [];
  const grid = pointsOf(axes);
  let runs = 0;
  for (const point of grid) {
    try {
      const one = planPoint(request, axes, point, library);
      planned.push(one);
      runs += one.plan.runs.length;
      assertAffordable(one.plan, runs, grid.length);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      addErrors(errors, error, axes, point);
      if (errors.length >= MOST_ERRORS) break;
    }
  }
  if (errors.length > 0) throw refused(errors);
  return planned;
}

function planPoint(request: SweepRequest, axes: readonly Axis[], point: GridPoint, library: Library): PlannedPoint {
  const { grid: _, histograms: __, ...comparison } = request;
  const values = axes.map(({ path, values }, index): [string, unknown] => [path, values[point[index] ?? 0]]);
  const overrides = { ...comparison.overrides, ...Object.fromEntries(values) };
  const plan = planComparison({ ...comparison, overrides }, library);
  const at = axes.map(({ path }): [string, GridValue] => [path, fieldOf(plan.scenario, path)]);
  return { at: Object.fromEntries(at), plan };
}

/** The value at a path, which the overrides have found to exist. */
function fieldOf(scenario: Scenario, path: string): GridValue {
  let field: unknown = scenario;
  for (const key of path.split('.')) field = (field as Readonly<Record<string, unknown>> | null)?.[key] ?? null;
  if (typeof field === 'object' && field !== null) {
    throw new InvalidInput('sweep', [
      { path, message: 'must be a single value: a grid names the fields inside by their paths' },
    ]);
  }
  if (typeof field === 'string' && field.length > VALUE_CHARACTERS_MAX) {
    throw new InvalidInput('sweep', [{ path, message: `must be a text of up to ${VALUE_CHARACTERS_MAX} characters` }]);
  }
  return field as GridValue;
}

function assertAffordable(
  { scenario, schemes, mapcounts, repetitions }: ComparisonPlan,
  runs: number,
  points: number,
): void {
  if (runs > SWEEP_RUNS_MAX) {
    const product = `${points} points with ${mapcounts.length * schemes.length} schemes and ${repetitions} repetitions`;
    throw refused([{ path: 'grid', message: `must come to at most ${SWEEP_RUNS_MAX} runs: there are ${product}` }]);
  }
  const characters = (scenario.guest.trace?.length ?? 0) * points;
  if (characters > TRACE_CHARACTERS_MAX) {
    const most = Math.floor(TRACE_CHARACTERS_MAX / points);
    throw refused([{ path: 'guest.trace', message: `must have at most ${most} characters at ${points} points` }]);
  }
}

/** An error that many points share is told once, of the first. */
function addErrors(into: InputError[], { errors }: InvalidInput, axes: readonly Axis[], point: GridPoint): void {
  for (const { path, message } of errors) {
    const inGrid = path === '' ? null : pathInGrid(axes, point, path);
    const known = into.some((error) => error.path === (inGrid ?? path) && error.message.startsWith(message));
    if (known) continue;
    const isOfRequest =
      inGrid !== null || path === 'grid' || /^(schemes|mapcounts|repetitions|seed|scenario)\b/.test(path);
    into.push({ path: inGrid ?? path, message: isOfRequest ? message : `${message} (at ${pointText(axes, point)})` });
  }
}

/** As the scenarios have the values; two that are the same to them would be one point twice. */
function axesOf(written: readonly Axis[], points: readonly PlannedPoint[]): Axis[] {
  const errors: InputError[] = [];
  const grid = pointsOf(written);
  const axes = written.map(({ path, values }, axis): Axis => {
    const read = values.map((_, place) => points[grid.findIndex((point) => point[axis] === place)]?.at[path] ?? null);
    for (const [place, value] of read.entries()) {
      const first = read.indexOf(value);
      if (first < place) errors.push({ path: `grid.${path}[${place}]`, message: `must not be the same as [${first}]` });
    }
    return { path, values: read };
  });
  if (errors.length > 0) throw refused(errors);
  return axes;
}
