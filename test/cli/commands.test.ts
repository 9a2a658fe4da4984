import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { mapcountConsumers } from '../../src/lab/mapcount-consumers.ts';
import { ENTRY, ending, listening, stallscope, start, temporaryFile } from './support/stallscope.ts';

const lines = (stdout: string): { topic: string; simTimeNs: number }[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { topic: string; simTimeNs: number });

describe('stallscope run', () => {
  it('the outcome and its longest stall windows', async () => {
    const { code, stdout, stderr } = await stallscope('run', 'hgm-collapse-2m', '--windows', '2');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^scheme +range, mapcount \S+, seed 1$/m);
    expect(stdout).toMatch(/^madv-collapse +at 5 ms, took /m);
    expect(stdout.match(/ns │/g)?.length).toBe(4);
  });

  it('--json: figures and windows whose lengths add up to the causes', async () => {
    const { code, stdout } = await stallscope('run', 'hgm-collapse-2m', '--scheme', 'range-chunked', '--json');
    expect(code).toBe(0);
    interface Outcome {
      scheme: string;
      stallByCauseNs: Record<string, number>;
      windows: { startNs: number; endNs: number; causes: Record<string, number> }[];
    }
    const outcome = JSON.parse(stdout) as Outcome;
    expect(outcome.scheme).toBe('range-chunked');
    expect(outcome.windows.length).toBeGreaterThan(0);
    const sum = (causes: Record<string, number>): number => Object.values(causes).reduce((total, ns) => total + ns, 0);
    for (const { startNs, endNs, causes } of outcome.windows) expect(sum(causes)).toBe(endNs - startNs);
    const lengths = outcome.windows.reduce((total, { startNs, endNs }) => total + endNs - startNs, 0);
    expect(sum(outcome.stallByCauseNs)).toBe(lengths);
  });

  it('--records: one JSON object a line, of these topics, in order of time, the same for the same seed', async () => {
    const args = ['run', 'hgm-collapse-2m', '--records', 'notifier,operation', '--seed', '3'];
    const { code, stdout } = await stallscope(...args);
    expect(code).toBe(0);
    const records = lines(stdout);
    expect([...new Set(records.map(({ topic }) => topic))].toSorted()).toEqual(['notifier', 'operation']);
    expect(records.map(({ simTimeNs }) => simTimeNs)).toEqual(
      records.map(({ simTimeNs }) => simTimeNs).toSorted((a, b) => a - b),
    );
    expect((await stallscope(...args)).stdout).toBe(stdout);
  });

  it('a reader that stops early: no error', () => {
    const script = `"${process.execPath}" "${ENTRY}" run hgm-collapse-2m --records fault,vcpu,stall | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
  });

  it('an operation that hangs: its line says so, and the one behind it keeps its own', async () => {
    const file = temporaryFile('hang.json', {
      name: 'hang',
      // Nobody answers the fault of the vCPU, which reads memslots meanwhile.
      vm: { vcpus: 1, memory: '2MiB', backing: 'shmem', mapped: 'none' },
      userfault: { mode: 'minor' },
      timeline: [
        { at: '1ms', operation: 'dirty-log-enable' },
        { at: '2ms', operation: 'madv-dontneed' },
      ],
    });
    const { code, stdout, stderr } = await stallscope('run', file);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^dirty-log-enable +had not ended with the run$/m);
    expect(stdout).toMatch(/^madv-dontneed +at 2 ms, took /m);
    expect(stdout).toMatch(/^finding +.*deadlock: .*vmm0 waits for kvm.srcu$/m);
    const { operations } = JSON.parse((await stallscope('run', file, '--json')).stdout) as { operations: unknown[] };
    expect(operations).toEqual([null, expect.objectContaining({ operation: 'madv-dontneed' })]);
  });

  it.each([
    ['an unknown topic', ['hgm-collapse-2m', '--records', 'stall,colour'], /no such topic: colour; topics are stall, /],
    ['an unknown scheme', ['hgm-collapse-2m', '--scheme', 'x'], /schemes\.0: /],
    ['an unknown scenario', ['x'], /scenario: /],
  ])('%s: exit 2', async (_, args, message) => {
    const { code, stdout, stderr } = await stallscope('run', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe.each([
  ['scenarios', 'hgm-collapse-1g'],
  ['profiles', 'epyc-uncontended'],
])('stallscope %s', (command, name) => {
  it('lists them, as a table and as JSON', async () => {
    expect((await stallscope(command)).stdout).toContain(name);
    const listed = JSON.parse((await stallscope(command, '--json')).stdout) as { name: string }[];
    expect(listed.map((item) => item.name)).toContain(name);
  });

  it('a name: its document, which validate accepts', async () => {
    const { code, stdout } = await stallscope(command, name);
    expect(code).toBe(0);
    const { code: validated, stdout: said } = await stallscope('validate', temporaryFile('document.json', stdout));
    expect([validated, said.trimEnd().endsWith(name)]).toEqual([0, true]);
  });

  it('an unknown name: exit 2 with those that there are', async () => {
    const { code, stderr } = await stallscope(command, 'x');
    expect(code).toBe(2);
    expect(stderr).toContain(name);
  });
});

describe('--trace', () => {
  it('a file without an end: exit 2, and no more of it is read than a trace may have', async () => {
    const { code, stdout, stderr } = await stallscope('run', 'hgm-collapse-2m', '--trace', '/dev/zero');
    expect([code, stdout, stderr]).toEqual([2, '', 'stallscope: /dev/zero: must be at most 64MiB\n']);
  });

  const csv = 'time,vcpu,gfn,write\n0,0,0,1\n5000000,1,7,0\n';

  it('run: replays the file instead of the pattern of the scenario', async () => {
    const { code, stdout } = await stallscope(
      'run',
      'hgm-collapse-2m',
      '--trace',
      temporaryFile('t.csv', csv),
      '--json',
    );
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { guest: { touches: number } }).guest.touches).toBe(2);
  });

  it('compare: the same', async () => {
    const file = temporaryFile('t.csv', csv);
    const { code, stdout } = await stallscope(
      'compare',
      'hgm-collapse-2m',
      '--scheme',
      'none',
      '--trace',
      file,
      '--json',
    );
    expect(code).toBe(0);
    const { schemes } = JSON.parse(stdout) as { schemes: { guest: { touches: number } }[] };
    expect(schemes.map(({ guest }) => guest.touches)).toEqual([2]);
  });

  it('a wrong line: named with its column, exit 2', async () => {
    const file = temporaryFile('t.csv', `${csv}6000000,0,x,1\n`);
    const { code, stderr } = await stallscope('run', 'hgm-collapse-2m', '--trace', file);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^stallscope: guest\.trace: line 4, column gfn: /)]);
  });

  it('no such file: exit 2', async () => {
    const { code, stderr } = await stallscope('run', 'hgm-collapse-2m', '--trace', '/nowhere.csv');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^stallscope: \/nowhere\.csv: ENOENT/)]);
  });
});

describe('stallscope mapcounts', () => {
  it('a row for each consumer, with the outcome and what was seen', async () => {
    const { code, stdout, stderr } = await stallscope('mapcounts');
    expect([code, stderr]).toEqual([0, '']);
    const rows = stdout.split('\n').map((line) => line.split('│').map((cell) => cell.trim()));
    const [, ...head] = rows.find(([, first]) => first === 'consumer') ?? [];
    const truncation = rows.findIndex(([, first]) => first === 'truncation');
    const column = head.indexOf('hstate-entry') + 1;
    expect([rows[truncation]?.[column], rows[truncation + 1]?.[column]]).toEqual(['FAILS', 'mapcount 1']);
    expect(rows[truncation]?.[head.indexOf('subpage') + 1]).toBe('works');
  });

  it('--json: what the lab has computed', async () => {
    const { stdout } = await stallscope('mapcounts', '--json');
    expect(JSON.parse(stdout)).toEqual({ consumers: mapcountConsumers() });
  });
});

describe('stallscope validate', () => {
  it('one good file and two bad ones: all are told, exit 2', async () => {
    const good = temporaryFile('good.json', { name: 'good' });
    const bad = temporaryFile('bad.json', { vm: { vcpus: 0, colour: 'red' } });
    const missing = `${bad}-missing.json`;
    const { code, stdout, stderr } = await stallscope('validate', good, bad, missing);
    expect([code, stdout]).toEqual([2, `${good}: scenario good\n`]);
    expect(stderr).toMatch(/bad\.json: vm\.vcpus: /);
    expect(stderr).toMatch(/bad\.json: vm\.colour: /);
    expect(stderr).toMatch(/missing\.json: .*no such file/);
  });
});

describe('stallscope serve', () => {
  it('SIGTERM in the middle of a comparison: exit 0', async () => {
    const child = start(['serve', '--port', '0', '--threads', '1']);
    const address = await listening(child);
    const response = await fetch(`${address}/v1/comparisons`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scenario: 'hgm-collapse-1g', repetitions: 1000 }),
    });
    expect(response.status).toBe(202);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ending(child);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('"msg":"stopped"');
  });

  it('STALLSCOPE_TOKEN: asked for', async () => {
    const child = start(['serve', '--port', '0', '--threads', '1'], process.execPath, {
      ...process.env,
      STALLSCOPE_TOKEN: 'a-token',
    });
    const address = await listening(child);
    expect((await fetch(`${address}/v1/catalog`)).status).toBe(401);
    const headers = { authorization: 'Bearer a-token' };
    expect((await fetch(`${address}/v1/catalog`, { headers })).status).toBe(200);
  });

  it('a store that another service has open: exits with 1 and says what to do', async () => {
    const store = temporaryFile('stallscope.db', '');
    const args = ['serve', '--port', '0', '--threads', '1', '--store', store];
    await listening(start(args));
    const { code, stderr } = await stallscope(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^stallscope: The store .* is in use by another server\. Stop that one, or name another file/m,
    );
  });

  it('limits of live simulations, as options and from the environment: in the catalog', async () => {
    const options = ['--simulations', '3', '--simulation-memory', '128'];
    const env = { ...process.env, STALLSCOPE_SIMULATION_IDLE: '60', STALLSCOPE_SIMULATIONS: '5' };
    const child = start(['serve', '--port', '0', '--threads', '1', ...options], process.execPath, env);
    const address = await listening(child);
    const catalog = (await (await fetch(`${address}/v1/catalog`)).json()) as { simulations: { limits: object } };
    expect(catalog.simulations.limits).toMatchObject({ simulations: 3, memoryBytes: 128 * 2 ** 20, idleMs: 60_000 });
  });

  it('SIGTERM while a live simulation advances: exit 0', async () => {
    const child = start(['serve', '--port', '0', '--threads', '1']);
    const api = `${await listening(child)}/v1/simulations`;
    const post = async (path: string, body: object): Promise<{ id: string; status: string }> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await response.json()) as { id: string; status: string };
    };
    const { id } = await post('', { scenario: 'postcopy-4k', scheme: 'range' });
    expect((await post(`/${id}/advance`, { by: '30s', wait: 0 })).status).toBe('advancing');
    child.kill('SIGTERM');
    const { code, stderr } = await ending(child);
    expect(code).toBe(0);
    expect(stderr).toContain('"msg":"stopped"');
  });

  it('a port that is taken: exit 1 with the reason', async () => {
    const first = start(['serve', '--port', '0', '--threads', '1']);
    const { port } = new URL(await listening(first));
    const { code, stderr } = await stallscope('serve', '--port', port, '--threads', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('EADDRINUSE');
  });

  it.each([
    ['--port', '70000'],
    ['--log-level', 'loud'],
    ['--simulations', '0'],
    ['--simulation-memory', '1GiB'],
    ['--simulation-idle', '15min'],
  ])('%s %s: exit 2', async (...args) => {
    expect((await stallscope('serve', ...args)).code).toBe(2);
  });
});

/** A Node on the path that is too old for the product, if this machine has one. */
function oldNode(): string | null {
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
  try {
    const script = 'process.stdout.write(JSON.stringify([process.execPath, process.versions.node]))';
    const output = execFileSync('node', ['-e', script], { env: { ...process.env, PATH: path }, encoding: 'utf8' });
    const [file, version] = JSON.parse(output) as [string, string];
    return Number.parseInt(version, 10) < 24 ? file : null;
  } catch {
    return null;
  }
}

describe('the entry on an older Node', () => {
  const old = oldNode();

  it.skipIf(old === null)('hands over: same output, same exit codes', async () => {
    const good = await ending(start(['scenarios', '--json'], old ?? undefined));
    expect(good).toEqual(await stallscope('scenarios', '--json'));
    expect((await ending(start(['compare', 'nothing'], old ?? undefined))).code).toBe(2);
  });

  it.skipIf(old === null)('passes signals on', async () => {
    const child = start(['serve', '--port', '0', '--threads', '1'], old ?? undefined);
    const ended = ending(child);
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (text: string) => {
        if (String(text).includes('listening at')) resolve();
      });
    });
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });
});

describe('stallscope', () => {
  it('--version: that of the package, and --help: every command, both with exit 0', async () => {
    expect((await stallscope('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { code, stdout } = await stallscope('--help');
    expect(code).toBe(0);
    for (const command of ['compare', 'run', 'scenarios', 'profiles', 'validate', 'serve']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}`, 'm'));
    }
  });
});
