import { AppFailure, appError, toAppError, type AppError } from '../../shared/result.ts'
import { asFields, asText } from './fields.ts'

/** What became of a `chat.send`, as far as the answer tells. */
export type SendOutcome =
  /** Taken. No proof: it is lost if the gateway is killed before it wrote the row. */
  | { readonly kind: 'accepted' }
  /** A key the gateway has dealt with before. */
  | { readonly kind: 'repeated'; readonly status: string }
  /** Understood as an order to stop, and done: such text never becomes a row. */
  | { readonly kind: 'executed' }
  /** Not taken, and never will be as it is. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Not taken now; may be tried again after `retryAfterMs`. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number | null }
  /** The link answered nothing: it may have arrived or not. `lost`: the link is gone. */
  | { readonly kind: 'unclear'; readonly lost: boolean; readonly error: AppError }

/** Reads the answer of `chat.send`. */
export function readAck(answer: unknown): SendOutcome {
  const ack = asFields(answer)
  const status = asText(ack['status'])
  if (status === null)
    return typeof ack['aborted'] === 'boolean' ? { kind: 'executed' } : { kind: 'accepted' }
  const settled = status === 'ok' || status === 'error' || status === 'timeout'
  return settled ? { kind: 'repeated', status } : { kind: 'accepted' }
}

/** Reads what `chat.send` rejected with. */
export function readRefusal(thrown: unknown): SendOutcome {
  const error = toAppError(thrown)
  if (!(thrown instanceof AppFailure)) return { kind: 'unclear', lost: false, error }
  switch (error.code) {
    case 'rpc.timeout':
      return { kind: 'unclear', lost: false, error }
    case 'rpc.failed':
    case 'rpc.missing-scope':
    case 'rpc.unsupported':
    case 'rpc.too-large':
    case 'input.invalid':
      return isBusy(error)
        ? { kind: 'busy', retryAfterMs: error.retryAfterMs ?? null }
        : { kind: 'refused', error }
    default:
      return { kind: 'unclear', lost: true, error }
  }
}

const isBusy = (error: AppError): boolean =>
  error.retryAfterMs !== undefined || /\bUNAVAILABLE\b/.test(error.detail ?? '')

/** Size in bytes of the frame that would carry this message. */
export const frameSize = (params: object): number =>
  // The envelope around it: type, a request id and the method's name.
  Buffer.byteLength(JSON.stringify(params)) + 256

export const uncertainError = (): AppError => appError('outbox.uncertain')
