// The service, for all of the page: the client that other programs have, with the token of this tab and an eye on the connection.

import { createClient, type StreamSocket } from '../../../src/client/index.ts';
import { socketProtocols } from '../../../src/client/socket-protocols.ts';
import { checkConnection } from './connection.ts';
import { anotherToken, presentToken } from './token.ts';

const UNAUTHORIZED = 401;

export const service = createClient({
  baseUrl: location.origin,
  fetch: call,
  // The token may have come since the client was made.
  webSocket: (url) => new WebSocket(url, socketProtocols(presentToken())) as unknown as StreamSocket,
});

/** One that is refused for its token waits for another, and goes out again. */
async function call(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  for (;;) {
    const token = presentToken();
    const own = request.clone();
    if (token !== undefined) own.headers.set('authorization', `Bearer ${token}`);
    const response = await send(own);
    if (response.status !== UNAUTHORIZED) return response;
    await response.body?.cancel();
    await anotherToken(token);
  }
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (!request.signal.aborted) void checkConnection();
    throw error;
  }
}
