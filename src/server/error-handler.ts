// Turns whatever was thrown into a problem. Nothing of an unexpected error goes out but that it happened; the log has
// the rest under the id of the request.

import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type InputError, InvalidInput } from '../lab/invalid-input.ts';
import { EdgeError, type EdgeErrorCode } from './errors.ts';
import { callError, isSqliteError } from './store/store-error.ts';

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function installErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Error, request, reply) => sendProblem(asEdgeError(error), request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new EdgeError('ROUTE_NOT_FOUND', `${request.method} ${pathOf(request)} is no call of this API.`),
      request,
      reply,
    ),
  );
}

export function sendProblem(error: EdgeError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Who stops, or leaves before the answer, wanted it so.
  if (error.status >= 500 && error.code !== 'STOPPING') request.log.error({ err: error }, 'request failed');
  // Encoded here: a payload that is text already passes by every serializer.
  return (
    reply
      .code(error.status)
      .headers(error.headers)
      // Once more for what is refused before any hook has seen it.
      .header('x-request-id', request.id)
      .type(PROBLEM_TYPE)
      .send(JSON.stringify({ ...error.toProblem(), instance: pathOf(request) }))
  );
}

/** Answers what is not even HTTP, and closes the connection. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = asConnectionError(error);
  const body = JSON.stringify(refusal.toProblem());
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function asConnectionError({ code, message }: Error & { code?: string }): EdgeError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new EdgeError('REQUEST_TIMEOUT');
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new EdgeError('HEADERS_TOO_LARGE', `The limit is ${maxHeaderSize / 1024} KiB, the address included.`);
  }
  return new EdgeError('REQUEST_INVALID', `The request is not valid HTTP: ${message}`);
}

/** What the lab refuses, with the code of what it was asked about. */
export function refusing<T>(code: EdgeErrorCode, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw refusalOf(code, error);
  }
}

/** The same, where it takes a while. */
export async function refusingLater<T>(code: EdgeErrorCode, act: Promise<T>): Promise<T> {
  try {
    return await act;
  } catch (error) {
    throw refusalOf(code, error);
  }
}

const refusalOf = (code: EdgeErrorCode, error: unknown): unknown =>
  error instanceof InvalidInput ? new EdgeError(code, error.message, { errors: error.errors }) : error;

export function asEdgeError(error: FastifyError | Error): EdgeError {
  if (error instanceof EdgeError) return error;
  if (isSqliteError(error)) return callError(error);
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_VALIDATION') return invalidRequest(error as FastifyError);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new EdgeError('BODY_TOO_LARGE', 'The limit is 1 MiB.');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new EdgeError('MEDIA_TYPE_UNSUPPORTED', error.message);
  if (
    error instanceof SyntaxError ||
    code === 'FST_ERR_CTP_EMPTY_JSON_BODY' ||
    code === 'FST_ERR_CTP_INVALID_JSON_BODY'
  ) {
    return new EdgeError('BODY_MALFORMED', error.message);
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new EdgeError('REQUEST_INVALID', error.message);
  }
  return new EdgeError('INTERNAL', undefined, { cause: error });
}

type ValidationError = NonNullable<FastifyError['validation']>[number];

/** More than these help nobody. */
const ERRORS_MAX = 50;

function invalidRequest(error: FastifyError): EdgeError {
  const errors = (error.validation ?? []).flatMap(inputErrors).slice(0, ERRORS_MAX);
  const sentences = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new EdgeError('REQUEST_INVALID', `${error.validationContext ?? 'request'}: ${sentences.join('; ')}`, {
    errors,
  });
}

function inputErrors({ instancePath, keyword, params, message }: ValidationError): InputError[] {
  const path = instancePath.split('/').slice(1).map(unescapePointer);
  switch (keyword) {
    case 'required':
      return asNames(params.requiredProperties).map((name) => ({
        path: [...path, name].join('.'),
        message: 'is missing',
      }));
    case 'boolean':
      return [{ path: path.join('.'), message: 'is not a field here' }];
    case 'additionalProperties':
      return []; // each of them is told by `boolean` already
    case 'enum':
      return [{ path: path.join('.'), message: `must be one of ${asNames(params.allowedValues).join(', ')}` }];
    default:
      return [{ path: path.join('.'), message: message ?? 'is not valid' }];
  }
}

const asNames = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? request.url;
