// Live simulations: made, driven and looked at, one call each.

import type { Client } from 'openapi-fetch';
import type { Observable } from 'rxjs';
import type { components, operations, paths } from './api-types.ts';
import type { StreamItem, StreamOptions } from './event-stream.ts';

type Schemas = components['schemas'];
type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

/** The same key with the same request is done once, as long as the simulation is there. */
export interface Once {
  readonly idempotencyKey?: string;
}

type Follow = <Event extends { readonly seq: number }>(
  path: string,
  options?: StreamOptions,
) => Observable<StreamItem<Event>>;

const PATH = '/v1/simulations';

export class Simulations {
  readonly #api: Client<paths>;
  readonly #follow: Follow;

  constructor(api: Client<paths>, follow: Follow) {
    this.#api = api;
    this.#follow = follow;
  }

  /** It stands at virtual time 0. */
  async create(request: Schemas['SimulationRequest'], once?: Once): Promise<Schemas['Simulation']> {
    const { data } = await this.#api.POST(PATH, { body: request, params: { header: keyOf(once) } });
    return data!;
  }

  async state(id: string): Promise<Schemas['Simulation']> {
    return (await this.#api.GET(`${PATH}/{id}`, { params: { path: { id } } })).data!;
  }

  /** Starts an operation at the present virtual time. */
  async start(
    id: string,
    operation: Schemas['SimulationOperation'],
    once?: Once,
  ): Promise<Schemas['StartedOperation']> {
    const params = { path: { id }, header: keyOf(once) };
    return (await this.#api.POST(`${PATH}/{id}/operations`, { body: operation, params })).data!;
  }

  /** Answers when the goal is reached, or after `wait` with the outcome null: it goes on. */
  async advance(id: string, goal: Schemas['SimulationAdvance'], once?: Once): Promise<Schemas['AdvancedSimulation']> {
    const params = { path: { id }, header: keyOf(once) };
    return (await this.#api.POST(`${PATH}/{id}/advance`, { body: goal, params })).data!;
  }

  /** Lets time flow, with so many virtual ns for each real one. */
  async pace(id: string, speed: number, once?: Once): Promise<Schemas['Simulation']> {
    const params = { path: { id }, header: keyOf(once) };
    return (await this.#api.POST(`${PATH}/{id}/pace`, { body: { speed }, params })).data!;
  }

  /** Time stands. */
  async pause(id: string): Promise<Schemas['Simulation']> {
    return (await this.#api.POST(`${PATH}/{id}/pause`, { params: { path: { id } } })).data!;
  }

  async stalls(id: string, query: QueryOf<'getSimulationStalls'> = {}): Promise<Schemas['LiveStalls']> {
    return (await this.#api.GET(`${PATH}/{id}/stalls`, { params: { path: { id }, query } })).data!;
  }

  async mappings(id: string, query: QueryOf<'getSimulationMappings'>): Promise<Schemas['LiveMappings']> {
    return (await this.#api.GET(`${PATH}/{id}/mappings`, { params: { path: { id }, query } })).data!;
  }

  async folios(id: string, query: QueryOf<'listSimulationFolios'> = {}): Promise<Schemas['LiveFolioList']> {
    return (await this.#api.GET(`${PATH}/{id}/folios`, { params: { path: { id }, query } })).data!;
  }

  async locks(id: string): Promise<Schemas['LiveLocks']['locks']> {
    return (await this.#api.GET(`${PATH}/{id}/locks`, { params: { path: { id } } })).data!.locks;
  }

  /** For Perfetto, of one that was made with `record`. */
  async trace(id: string): Promise<Schemas['ChromeTrace']> {
    return (await this.#api.GET(`${PATH}/{id}/trace`, { params: { path: { id } } })).data!;
  }

  /** What happens in it, until it ends or is removed. */
  follow(id: string, options?: StreamOptions): Observable<StreamItem<Schemas['SimulationEvent']>> {
    return this.#follow(`${PATH}/${encodeURIComponent(id)}/events`, options);
  }

  /** Ends it at once, whatever it does. */
  async remove(id: string): Promise<void> {
    await this.#api.DELETE(`${PATH}/{id}`, { params: { path: { id } } });
  }
}

const keyOf = ({ idempotencyKey }: Once = {}) =>
  idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
