// Clients run in processes of their own: a load that shares its thread with what measures it measures itself.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What the file beside this one prints, as JSON, when it has ended. */
export async function client<Told>(file: string, request: object): Promise<Told> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await execute(process.execPath, [path, JSON.stringify(request)]);
  return JSON.parse(stdout) as Told;
}
