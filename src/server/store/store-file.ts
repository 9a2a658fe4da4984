import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the store is unless somebody says otherwise: in the folder that a user's programs keep their state in. */
export function defaultStoreFile(env: NodeJS.ProcessEnv = process.env): string {
  const folder = env.XDG_STATE_HOME;
  // The specification has relative paths ignored.
  const stateFolder = folder?.startsWith('/') ? folder : join(homedir(), '.local', 'state');
  return join(stateFolder, 'stallscope', 'stallscope.db');
}
