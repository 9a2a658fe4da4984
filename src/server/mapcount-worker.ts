// A thread of its own: computes the table `consumer x mapcount scheme`, says it, and ends.

import { parentPort } from 'node:worker_threads';
import { mapcountConsumers } from '../lab/mapcount-consumers.ts';

parentPort?.postMessage(mapcountConsumers());
