// A bare Fastify, for the ratios: no log, no hook, one answer.
//   node bench/service/hello-child.ts PORT

import fastify from 'fastify';

const app = fastify();
app.get('/healthz', () => ({ hello: 'world' }));
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
