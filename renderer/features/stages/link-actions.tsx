import { text } from '../../../shared/text/pages.ts'
import type { ConnectionView } from '../../../shared/model/connection.ts'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { useApp } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { nextSteps, type NextStep } from './next-steps.ts'

interface Props {
  readonly gateway: SavedGateway
  readonly connection: ConnectionView
  readonly onLeave?: (() => void) | undefined
}

/** The buttons of the way on, the one next step first. */
export function NextSteps({ gateway, connection, onLeave }: Props) {
  const app = useApp()
  const doing = useDoing()
  const words = text.link.actions
  const labels: Record<NextStep, string> = {
    'try-now': words.tryNow,
    'try-again': words.tryAgain,
    edit: words.edit,
    'enter-token': words.enterToken,
    'enter-password': words.enterPassword,
    'start-local': words.startLocal,
    'local-paths': words.localPaths,
  }
  const take = async (step: NextStep): Promise<void> => {
    switch (step) {
      // The core asks for a missing secret by a prompt, so that every face shows the same question.
      case 'try-now':
      case 'try-again':
      case 'enter-token':
      case 'enter-password':
        await doing.run('connection.retry', { gatewayId: gateway.id })
        return
      case 'start-local':
        if (await doing.run('local.start', {})) await doing.run('connection.retry', { gatewayId: gateway.id })
        return
      case 'edit':
        onLeave?.()
        app.ui.edit(gateway.id)
        return
      case 'local-paths':
        onLeave?.()
        app.ui.show('settings')
        return
    }
  }
  // Entering a secret and trying again are the same act here: only one button for it.
  const steps = nextSteps(gateway, connection).filter(
    (step, _, all) => step !== 'try-again' || !all.some((other) => other.startsWith('enter-')),
  )
  return (
    <>
      {steps.map((step, index) => (
        <Button
          key={step}
          look={index === 0 ? 'primary' : 'plain'}
          disabled={doing.busy}
          onClick={() => void take(step)}
        >
          {labels[step]}
        </Button>
      ))}
      {doing.error !== null && <ErrorNote error={doing.error} />}
    </>
  )
}
