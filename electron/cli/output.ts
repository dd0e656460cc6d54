import type { StageView } from '../../shared/model/connection.ts'
import type { AppError } from '../../shared/result.ts'
import { cliWords } from '../../shared/text/command-line.ts'

/** The target in the closing line, as far as it was resolved. */
export type ResolvedFacts = Readonly<Record<string, string | number | null>>

interface ResultLine {
  readonly result: 'ready' | 'failed'
  readonly exit: number
  readonly error: AppError | null
  readonly target: ResolvedFacts
  readonly engine: string | null
}

/** Where a verb writes: answers to stdout, everything else to stderr; with `--json` one object a line on stdout. */
export interface Output {
  readonly json: boolean
  stage(stage: StageView): void
  /** A chat answer as it grows. */
  delta(text: string): void
  replace(text: string): void
  /** A piece of JSON output; nothing without `--json`. */
  line(value: object): void
  /** Plain text for a person; nothing with `--json`. */
  text(text: string): void
  /** A remark on stderr; nothing with `--json`. */
  remark(text: string): void
  result(line: ResultLine): void
}

export interface Streams {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

const marks: Record<StageView['state'], string> = {
  pending: '○',
  running: '…',
  ok: '✓',
  failed: '✗',
  blocked: '!',
  skipped: '–',
}

export function createOutput(json: boolean, streams: Streams): Output {
  const { stdout, stderr } = streams
  const line = (value: object): void => {
    if (json) stdout.write(`${JSON.stringify(value)}\n`)
  }
  return {
    json,
    line,
    stage({ name, state, message, error, ms }) {
      if (!json) {
        const took = ms === null || state === 'skipped' ? '' : `  ${ms} ms`
        stderr.write(`${marks[state]} ${cliWords.stages[name].padEnd(8)} ${message}${took}\n`)
        return
      }
      line({
        stage: name,
        state,
        ...(error === null ? {} : { code: error.code }),
        message,
        ...(error === null ? {} : { next: error.next }),
        ...(ms === null ? {} : { ms }),
      })
    },
    delta(text) {
      if (json) line({ delta: text })
      else stdout.write(text)
    },
    replace(text) {
      if (json) line({ replace: text })
      else stdout.write(`\n${text}`)
    },
    text(text) {
      if (!json) stdout.write(`${text}\n`)
    },
    remark(text) {
      if (!json) stderr.write(`${text}\n`)
    },
    result({ result, exit, error, target, engine }) {
      line({
        result,
        exit,
        ...(error === null ? {} : { code: error.code, message: error.message, next: error.next }),
        target,
        engine,
      })
      if (json || error === null) return
      stderr.write(`${error.message}\n${error.next}\n`)
      if (error.command !== undefined) stderr.write(`  ${error.command}\n`)
    },
  }
}
