import Table from 'cli-table3';
import { Command } from 'commander';
import { type MapcountConsumer, mapcountConsumers } from '../../lab/mapcount-consumers.ts';
import { mapcountSchemes } from '../../lab/vocabulary.ts';

export function mapcountsCommand(): Command {
  return new Command('mapcounts')
    .description('what each consumer of the mapcount makes of a huge page in 4K leaves, by mapcount scheme')
    .option('--json', 'print the table as JSON')
    .action(({ json }: { json?: boolean }) => {
      const consumers = mapcountConsumers();
      process.stdout.write(`${json ? JSON.stringify({ consumers }) : consumerTable(consumers)}\n`);
    });
}

function consumerTable(consumers: readonly MapcountConsumer[]): string {
  const ids = mapcountSchemes.map(({ id }) => id);
  const table = new Table({ style: { head: [], border: [], compact: true }, head: ['consumer', ...ids] });
  for (const { consumer, cells } of consumers) {
    const shown = ids.map((id) => [cells[id].works ? 'works' : 'FAILS', ...cells[id].result.split(/[;,] /)].join('\n'));
    table.push([consumer, ...shown]);
  }
  const width = Math.max(...consumers.map(({ consumer }) => consumer.length));
  const legend = consumers.map(({ consumer, description }) => `${consumer.padEnd(width)}  ${description}`);
  return [table.toString(), 'A consumer works if this is so:', ...legend].join('\n');
}
