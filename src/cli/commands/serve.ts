import { isIP } from 'node:net';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ServeOptions } from '../../server/serve.ts';
import { integer, threadsOption } from '../options.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const PORT_MAX = 65_535;
const DEFAULT_PORT = 8080;
const RATE_MAX = 1_000_000;
/** A hundred in a second: more than people and pages send, less than a program that has gone wild. */
const DEFAULT_RATE = 6000;
const LAG_MS_MAX = 60_000;
const DEFAULT_LAG_MS = 1000;
const MEMORY_MIB_MAX = 1_048_576;
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
      new Option(
        '--store <file>',
        "file that keeps jobs and results, :memory: for none (default: stallscope/stallscope.db in the user's state folder)",
      ).env('STALLSCOPE_STORE'),
    )
    .addOption(
      new Option('--rate-limit <n>', 'requests that one address may send in a minute, 0 for no limit')
        .argParser(integer(0, RATE_MAX))
        .default(DEFAULT_RATE)
        .env('STALLSCOPE_RATE_LIMIT'),
    )
    .addOption(
      new Option('--origins <list>', 'web origins that may call, separated by commas (default: its own)')
        .argParser(originList)
        .env('STALLSCOPE_ORIGINS'),
    )
    .addOption(
      new Option('--trust-proxy <list>', 'addresses of proxies that are believed, separated by commas (default: none)')
        .argParser(addressList)
        .env('STALLSCOPE_TRUST_PROXY'),
    )
    .addOption(
      new Option('--max-lag <ms>', 'refuse work while the event loop comes later than that, 0 for never')
        .argParser(integer(0, LAG_MS_MAX))
        .default(DEFAULT_LAG_MS)
        .env('STALLSCOPE_MAX_LAG'),
    )
    .addOption(
      new Option('--max-memory <MiB>', 'refuse work while the process has more memory than that, 0 for never')
        .argParser(integer(0, MEMORY_MIB_MAX))
        .default(0)
        .env('STALLSCOPE_MAX_MEMORY'),
    )
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
    .action(async ({ store, rateLimit, maxLag, maxMemory, ...options }: Given) => {
      // Loaded here, because no other command needs a server.
      const { defaultStoreFile } = await import('../../server/store/store-file.ts');
      const { serve } = await import('../../server/serve.ts');
      await serve({
        ...options,
        store: store || defaultStoreFile(),
        token: process.env.STALLSCOPE_TOKEN || undefined,
        requestsPerMinute: rateLimit,
        lagMs: maxLag,
        memoryMib: maxMemory,
      });
    });
}

/** The options as commander names them. */
interface Given extends Omit<ServeOptions, 'store' | 'token' | 'requestsPerMinute' | 'lagMs' | 'memoryMib'> {
  readonly store?: string;
  readonly rateLimit: number;
  readonly maxLag: number;
  readonly maxMemory: number;
}

const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

function originList(text: string): string[] {
  const origins = wordsOf(text);
  const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong === undefined) return origins;
  throw new InvalidArgumentError(`"${wrong}" is no origin, such as https://vm.example or http://localhost:5173.`);
}

function addressList(text: string): string[] {
  const addresses = wordsOf(text);
  const wrong = addresses.find((address) => isIP(address.replace(/\/\d{1,3}$/, '')) === 0);
  if (wrong === undefined) return addresses;
  throw new InvalidArgumentError(`"${wrong}" is no address, such as 10.0.0.1, and no network, such as 10.0.0.0/8.`);
}
