#!/usr/bin/env node
// The one file that has to run on an old Node: it finds Node 24 and hands over. npm and npx put
// node_modules/.bin first on the path, so most calls arrive here on the right version already.
import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST_MAJOR = 24;

if (Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR) {
  // Before the first import, so that compiled code and stripped types are kept from one call to the next.
  module.enableCompileCache?.();
  await import('../src/cli/main.ts');
} else {
  handOver(packagedNode());
}

/** Path of the Node that came as an optional dependency; ends the process with a sentence if there is none. */
function packagedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch {
    process.stderr.write(
      `stallscope needs Node ${OLDEST_MAJOR} or newer; this is ${process.version}, and the package ${name} is not installed.\n`,
    );
    process.exit(1);
  }
}

/** Runs this file again on another Node, passing on arguments, streams, signals and the exit code. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Die of the same signal, so that a shell or a supervisor sees what happened.
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
