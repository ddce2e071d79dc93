/** Errors that a caller is told: a stable code, an HTTP status, what happened, and what to do next. */
import type { ErrorBody } from '../protocol/hubApi.ts';

export class HubError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;

  constructor(status: number, code: string, message: string, hint: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** The body that stands for an error on the wire. */
export const errorBody = (code: string, message: string, hint: string | null): ErrorBody => ({
  error: { code, message, hint },
});
