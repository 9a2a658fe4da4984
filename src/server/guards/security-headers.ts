import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import type { App } from '../app.ts';

/**
 * Pages of the service load from the service alone, and run no script that stands in a page. It may be served without TLS, so
 * nothing here makes a browser insist on it: that is for the proxy that adds it.
 */
const OPTIONS: Parameters<typeof helmet>[0] = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      scriptSrc: ["'self'"],
      scriptSrcAttr: ["'none'"],
      styleSrc: ["'self'"],
    },
  },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
};

/** No header depends on the request. So they are made once: making them for each took as long as the rest of a short answer. */
export function securityHeaders(app: App): void {
  const headers = fixedHeaders();
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

function fixedHeaders() {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(OPTIONS)(request, response, (error) => {
    if (error !== undefined) throw error;
  });
  return response.getHeaders();
}

/** The page at /docs puts one style element into itself by script. It is let in by what it holds, and no other. */
const STYLE_OF_DOCS = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

export const allowStyleOfDocs = (policy: string): string =>
  policy.replace("style-src 'self'", `style-src 'self' ${STYLE_OF_DOCS}`);
