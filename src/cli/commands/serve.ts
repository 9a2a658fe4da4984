import { Command, Option } from 'commander';
import type { ServeOptions } from '../../server/serve.ts';
import { integer, threadsOption } from '../options.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const PORT_MAX = 65_535;
const DEFAULT_PORT = 8080;

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
      new Option(
        '--store <file>',
        "file that keeps jobs and results, :memory: for none (default: stallscope/stallscope.db in the user's state folder)",
      ).env('STALLSCOPE_STORE'),
    )
    .addOption(new Option('--log-level <level>', 'least level that is logged').choices(LOG_LEVELS).default('info'))
    .action(async ({ store, ...options }: Omit<ServeOptions, 'token' | 'store'> & { store?: string }) => {
      // Loaded here, because no other command needs a server.
      const { defaultStoreFile } = await import('../../server/store/store-file.ts');
      const { serve } = await import('../../server/serve.ts');
      const token = process.env.STALLSCOPE_TOKEN;
      await serve({ ...options, store: store || defaultStoreFile(), token: token === '' ? undefined : token });
    });
}
