import * as z from 'zod/mini'
import { isErrorCode, traitsOf, type ErrorCode } from './error-codes.ts'
import { errorText, type ErrorFacts } from './text/errors.ts'

/** An error as every face shows it: what happened and why (`message`), and the one next step (`next`). */
export const appErrorSchema = z.object({
  code: z.string().check(z.refine(isErrorCode)) as unknown as z.ZodMiniType<ErrorCode>,
  message: z.string(),
  next: z.string(),
  /** A command that can be copied, where the next step is one. */
  command: z.optional(z.string()),
  /** Technical detail for the curious and for the log; never a secret. */
  detail: z.optional(z.string()),
  /** Milliseconds the other side asked us to wait. */
  retryAfterMs: z.optional(z.number()),
})
export interface AppError {
  readonly code: ErrorCode
  readonly message: string
  readonly next: string
  readonly command?: string | undefined
  readonly detail?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** What every command answers: never a thrown stack, always a code a person or a script can act on. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError }

/** The exception that carries an {@link AppError} through the core. Anything else that is thrown is a bug of ours. */
export class AppFailure extends Error {
  readonly error: AppError

  constructor(error: AppError, options?: ErrorOptions) {
    super(`${error.code}: ${error.message}`, options)
    this.name = 'AppFailure'
    this.error = error
  }

  get code(): ErrorCode {
    return this.error.code
  }

  get transient(): boolean {
    return traitsOf(this.error.code).kind === 'transient'
  }
}

export interface FailureExtras {
  readonly detail?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** Builds an {@link AppError} with the words of the catalogue. `facts` fill the blanks of the text (host, port, …). */
export function appError(code: ErrorCode, facts: ErrorFacts = {}, extras: FailureExtras = {}): AppError {
  const text = errorText(code, facts)
  return {
    code,
    ...text,
    ...(extras.detail === undefined ? {} : { detail: extras.detail }),
    ...(extras.retryAfterMs === undefined ? {} : { retryAfterMs: extras.retryAfterMs }),
  }
}

/** Same as {@link appError}, ready to be thrown. */
export function failure(code: ErrorCode, facts: ErrorFacts = {}, extras: FailureExtras = {}): AppFailure {
  return new AppFailure(
    appError(code, facts, extras),
    extras.cause === undefined ? undefined : { cause: extras.cause },
  )
}

/** The {@link AppError} of anything that was thrown; an unknown exception becomes `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppFailure) return thrown.error
  return appError('internal', {}, { detail: thrown instanceof Error ? thrown.message : String(thrown) })
}
