// The thread of a live simulation, or of one after the other.

import { parentPort, workerData } from 'node:worker_threads';
import { LiveSimulation } from '../../lab/live/live-simulation.ts';
import { serveSimulations } from './serve-simulations.ts';
import type { ThreadData } from './simulation-messages.ts';

if (parentPort === null) throw new Error('this file is a worker thread');
const { acknowledged } = workerData as ThreadData;
serveSimulations(parentPort, acknowledged, (spec, onRecord) => new LiveSimulation(spec, onRecord));
