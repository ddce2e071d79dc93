/** Failures as callers are told of them. */
import { DiskFull } from '../../io/atomicFile.ts';
import { MAX_BODY_BYTES } from '../../model/limits.ts';
import { HubError } from '../errors.ts';

/** What a caller is told of a failure; what is inside stays inside. */
export function describeFailure(
  failure: unknown,
  bodyLimitBytes = MAX_BODY_BYTES,
): {
  status: number;
  code: string;
  message: string;
  hint: string | null;
} {
  if (failure instanceof HubError) return failure;
  if (failure instanceof DiskFull)
    return { status: 507, code: 'disk-full', message: failure.message, hint: failure.hint };
  const status = statusOf(failure);
  if (status === 413)
    return { status, code: 'body-too-large', message: `a body may have ${bodyLimitBytes} bytes`, hint: null };
  if (status === 415)
    return {
      status,
      code: 'not-json',
      message: 'the body must be application/json',
      hint: "send -H 'content-type: application/json'",
    };
  if (status !== null && status < 500) {
    return {
      status,
      code: 'malformed-request',
      message: failure instanceof Error ? failure.message.slice(0, 300) : 'malformed',
      hint: 'GET /api/v1/openapi.json describes what each request takes',
    };
  }
  return {
    status: 500,
    code: 'hub-failed',
    message: 'the hub failed to answer this',
    hint: "the hub's log says why",
  };
}

function statusOf(failure: unknown): number | null {
  const status =
    typeof failure === 'object' && failure !== null && 'statusCode' in failure ? failure.statusCode : null;
  return typeof status === 'number' ? status : null;
}
