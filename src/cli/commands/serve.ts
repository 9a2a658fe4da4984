import { Command, Option } from 'commander';
import type { ServeOptions } from '../../server/serve.ts';
import { integer, threadsOption } from '../options.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const PORT_MAX = 65_535;
const DEFAULT_PORT = 8080;
const SIMULATIONS = { default: 8, most: 256 } as const;
const SIMULATION_MIB = { default: 1024, least: 64, most: 65_536 } as const;
const SIMULATION_IDLE_S = { default: 900, most: 604_800 } as const;

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the HTTP and WebSocket interface; STALLSCOPE_TOKEN sets the bearer token that it asks for')
    .addOption(new Option('--host <address>', 'address to listen on').default('127.0.0.1').env('STALLSCOPE_HOST'))
    .addOption(
      new Option('--port <n>', 'port to listen on, 0 for any')
        .argParser(integer(0, PORT_MAX))
        .default(DEFAULT_PORT)
        .env('STALLSCOPE_PORT'),
    )
    .addOption(threadsOption())
    .addOption(
      new Option('--simulations <n>', 'live simulations at once')
        .argParser(integer(1, SIMULATIONS.most))
        .default(SIMULATIONS.default)
        .env('STALLSCOPE_SIMULATIONS'),
    )
    .addOption(
      new Option('--simulation-memory <MiB>', 'memory that a live simulation may have')
        .argParser(integer(SIMULATION_MIB.least, SIMULATION_MIB.most))
        .default(SIMULATION_MIB.default)
        .env('STALLSCOPE_SIMULATION_MEMORY'),
    )
    .addOption(
      new Option('--simulation-idle <seconds>', 'end a live simulation that nobody calls or watches for so long')
        .argParser(integer(1, SIMULATION_IDLE_S.most))
        .default(SIMULATION_IDLE_S.default)
        .env('STALLSCOPE_SIMULATION_IDLE'),
    )
    .addOption(new Option('--log-level <level>', 'least level that is logged').choices(LOG_LEVELS).default('info'))
    .action(async (options: Omit<ServeOptions, 'token'>) => {
      // Loaded here, because no other command needs a server.
      const { serve } = await import('../../server/serve.ts');
      const token = process.env.STALLSCOPE_TOKEN;
      await serve({ ...options, token: token === '' ? undefined : token });
    });
}
