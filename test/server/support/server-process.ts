// A server as a process of its own, so that it can be killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { ENTRY, listening } from '../../cli/support/stallscope.ts';

export interface ServerProcess {
  readonly address: string;
  /** Resolves when the process is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

export async function startServer(store: string): Promise<ServerProcess> {
  // No door that closes under load: this is about what is behind it.
  const open = ['--rate-limit', '0', '--max-lag', '0'];
  const args = [ENTRY, 'serve', '--port', '0', '--threads', '2', '--store', store, ...open];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const address = await listening(child);
  return {
    address,
    end(signal) {
      child.kill(signal);
      return gone;
    },
  };
}
