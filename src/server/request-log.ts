import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

/** A line for each request, when it is over: a second one, at its start, has nothing that this one lacks, and doubles the log. */
export class RequestLog extends LogController {
  override incomingRequest(request: FastifyRequest): void {
    request.log.debug({ req: told(request) }, 'incoming request');
  }

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = { req: told(request), res: reply, responseTime: reply.elapsedTime };
    if (error) reply.log.error({ ...line, err: error }, 'request errored');
    else reply.log.info(line, 'request completed');
  }
}

/** Nothing here takes a secret in an address, so who sends one there is refused; the log is to hold it no longer than that. */
const SECRET = /([?&][^=&]*(?:token|auth|key|secret|password)[^=&]*=)[^&]*/gi;

/** What the logger of the framework tells of a request. */
const told = ({ method, url, host, ip, socket }: FastifyRequest) => ({
  method,
  url: url.replace(SECRET, '$1…'),
  host,
  ip,
  socket,
});
