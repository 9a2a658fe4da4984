// The service under load, in sections that can be named one by one, or all by what their names begin with.

import type { Section } from './section.ts';
import { deliveries } from './service/deliveries.ts';
import { health } from './service/health.ts';
import { requests } from './service/requests.ts';
import { stuckClients } from './service/stuck-clients.ts';

export const service: readonly Section[] = [requests, deliveries, stuckClients, health];
