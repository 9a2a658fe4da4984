// The page of the browser: the files that were built into one folder, and the addresses of its views. They hold no data, and a
// browser that follows a link can send no token; so they are open, and every call that the page makes is asked for one.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { EdgeError } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** It answers a file of the page. */
    page?: true;
  }
}

/** Where the build puts it. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** The router of the page knows the same ones: web/src/app/views.ts. */
export const VIEW_PATHS: readonly string[] = ['/', '/compare', '/timeline', '/live', '/explore', '/history'];

/** As the build names them: the hash of its content in the name, so that a name stands for the same bytes for ever. */
const ASSET_NAME = /^[\w-]+(\.[\w-]+)*-[\w-]{8}\.(js|css|svg|png|woff2)$/;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export const isPage = (request: FastifyRequest): boolean => request.routeOptions.config.page === true;

export async function servePage(app: App, folder: string): Promise<void> {
  // A scope of its own: the page at /docs has files to send, too.
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, { root: folder, serve: false, preCompressed: true });
    const options = { schema: { hide: true }, config: { page: true as const } };

    for (const path of VIEW_PATHS) {
      scope.get(path, options, async (request, reply) => {
        if (!takesHtml(request)) return reply.callNotFound();
        await assertBuilt(folder);
        // Asked for again each time: it names the files of the present build.
        reply.header('cache-control', 'no-cache');
        return reply.sendFile('index.html', { cacheControl: false });
      });
    }

    scope.get<{ Params: { name: string } }>('/assets/:name', options, (request, reply) => {
      const { name } = request.params;
      // The name is one of a file in one folder, whatever the request says: nothing else comes near the file system.
      if (!ASSET_NAME.test(name)) return reply.callNotFound();
      return reply.sendFile(`assets/${name}`, { maxAge: YEAR_MS, immutable: true });
    });
  });
}

/** Whoever wants JSON does not mean a page. */
const takesHtml = ({ headers: { accept } }: FastifyRequest): boolean =>
  accept === undefined || /\btext\/(html|\*)|\*\/\*/.test(accept);

async function assertBuilt(folder: string): Promise<void> {
  try {
    await access(join(folder, 'index.html'));
  } catch {
    throw new EdgeError('ROUTE_NOT_FOUND', 'The page is not built here: `npm run build:page` builds it.');
  }
}
