// A way to a service that can be cut and mended: all that goes through it breaks, and the service lives on.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Cuttable {
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Gone when the test has ended. */
export async function cuttable(to: string): Promise<Cuttable> {
  const sockets = new Set<Socket>();
  const target = Number(new URL(to).port);
  let port = 0;
  let server: Server;

  const hold = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever is cut off has nothing more to say.
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const mend = async (): Promise<void> => {
    server = createServer((socket) => {
      const service = hold(connect(target, '127.0.0.1'));
      hold(socket).pipe(service).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  };
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  await mend();
  onTestFinished(cut);
  return { url: `http://127.0.0.1:${port}`, cut, mend };
}
