// A bare Fastify, for the ratios: no log, no hook, one answer, or as many bytes as one asks for.
//   node bench/service/hello-child.ts PORT

import fastify from 'fastify';

const app = fastify();
app.get('/healthz', () => ({ hello: 'world' }));
const bytes = new Map<number, Buffer>();
app.get<{ Params: { count: number } }>('/bytes/:count', ({ params }, reply) => {
  const known = bytes.get(params.count) ?? Buffer.alloc(Number(params.count), ' ');
  bytes.set(params.count, known);
  reply.type('application/json; charset=utf-8').send(known);
});
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
