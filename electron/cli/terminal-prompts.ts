import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { AnswerOf, PromptKind } from '../../shared/model/prompt.ts'
import { cliWords } from '../../shared/text/command-line.ts'
import type { PromptFields, PromptPort } from '../app/prompt-board.ts'

export interface Terminal {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
}

/** Nobody to ask: every question is answered with "not now". */
export const noPrompts: PromptPort = { ask: () => Promise.resolve(null) }

/** Asks on the terminal, one question after the other; what is secret is not echoed. Ctrl-C or Ctrl-D: "not now". */
export function createTerminalPrompts(terminal: Terminal): PromptPort {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }
  const { prompts } = cliWords

  const askOne = async <K extends PromptKind>(
    kind: K,
    fields: PromptFields<K>,
    signal: AbortSignal,
  ): Promise<AnswerOf<K> | null> => {
    const question = { kind, ...fields } as unknown as { kind: PromptKind } & Record<string, never>
    const line = (text: string, echo: boolean): Promise<string | null> =>
      readLine(terminal, text, echo, signal)
    const answer = await answerFor(question as never, line)
    return answer as AnswerOf<K> | null
  }

  const answerFor = async (
    question: { [K in PromptKind]: { kind: K } & PromptFields<K> }[PromptKind],
    line: (text: string, echo: boolean) => Promise<string | null>,
  ): Promise<AnswerOf<PromptKind> | null> => {
    switch (question.kind) {
      case 'host-key': {
        const { host, port, keyType, fingerprint, compareCommand } = question
        const said = await line(prompts.hostKey(host, port, keyType, fingerprint, compareCommand), true)
        return said?.trim() === 'yes' ? { kind: 'host-key', fingerprint, addToUserFile: false } : null
      }
      case 'passphrase': {
        const secret = await line(prompts.passphrase(question.keyFile, question.again), false)
        return secret === null || secret === '' ? null : { kind: 'passphrase', secret, remember: false }
      }
      case 'ssh-password': {
        const secret = await line(prompts.password(question.user, question.host, question.again), false)
        return secret === null || secret === '' ? null : { kind: 'ssh-password', secret, remember: false }
      }
      case 'ssh-code': {
        const responses: string[] = []
        for (const { label, echo } of question.fields) {
          const response = await line(
            `${question.instruction}${question.instruction === '' ? '' : '\n'}${label} `,
            echo,
          )
          if (response === null) return null
          responses.push(response)
        }
        return { kind: 'ssh-code', responses }
      }
      case 'gateway-secret': {
        const secret = await line(prompts.secret(question.secret, question.host, question.again), false)
        return secret === null || secret === '' ? null : { kind: 'gateway-secret', secret, remember: false }
      }
      case 'pairing': {
        const said = await line(prompts.pairing(question.reason, question.command), true)
        return said === null ? null : { kind: 'pairing', retry: true }
      }
      case 'scope':
        return null
    }
  }

  return { ask: (kind, fields, signal) => inTurn(() => askOne(kind, fields, signal)) }
}

/** Reads one line; null when the input ends, on Ctrl-C, or when the signal ends the question. */
function readLine(
  { input, output }: Terminal,
  text: string,
  echo: boolean,
  signal: AbortSignal,
): Promise<string | null> {
  if (signal.aborted) return Promise.resolve(null)
  return new Promise((resolve) => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
    output.write(text)
    const reader = createInterface({ input, output: echo ? output : silent, terminal: true })
    const settle = (answer: string | null): void => {
      signal.removeEventListener('abort', onAbort)
      reader.removeAllListeners()
      reader.close()
      if (!echo || answer === null) output.write('\n')
      resolve(answer)
    }
    const onAbort = (): void => settle(null)
    signal.addEventListener('abort', onAbort, { once: true })
    reader.once('line', settle)
    reader.once('close', () => settle(null))
    reader.once('SIGINT', () => settle(null))
  })
}
