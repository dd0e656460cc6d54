import { traitsOf } from '../../shared/error-codes.ts'
import type { StageView } from '../../shared/model/connection.ts'
import { cliWords } from '../../shared/text/command-line.ts'
import { resolvedFacts, type VerbContext } from './context.ts'
import { reach } from './reach.ts'

/** `hawser doctor`: each stage with what works, what does not, and the one next step. Returns the exit code. */
export async function runDoctor(context: VerbContext): Promise<number> {
  const { output, target } = context
  const way = await reach(context)
  for (const stage of way.stages) output.stage(finished(stage))
  await way.close()
  const exit = way.error === null ? 0 : traitsOf(way.error.code).exit
  output.result({
    result: exit === 0 ? 'ready' : 'failed',
    exit,
    error: way.error,
    target: resolvedFacts(target, way.link),
    engine: way.link?.engine ?? null,
  })
  if (exit === 0) output.text(cliWords.stages_all_ok)
  return exit
}

/** A stage behind a broken one was not tested. */
const finished = (stage: StageView): StageView =>
  stage.state === 'pending' || stage.state === 'running' ? { ...stage, state: 'skipped' } : stage
