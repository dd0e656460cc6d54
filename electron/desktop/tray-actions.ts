import type { AppEvent } from '../../shared/contract/index.ts'
import type { AppCore } from '../app/app-core.ts'
import type { Logger } from '../log/logger.ts'
import type { TrayAction } from './tray-menu.ts'

export interface TrayActionPorts {
  readonly core: Pick<AppCore, 'call'>
  readonly log: Logger
  /** Brings the window up and tells its page where to go. */
  readonly show: (place: Extract<AppEvent, { name: 'app.show' }>['payload']) => void
  readonly quit: () => void
}

/** Does what a menu entry says. A refused command brings the window up, where the reason stands. */
export async function runTrayAction(action: TrayAction, ports: TrayActionPorts): Promise<void> {
  switch (action.kind) {
    case 'show':
      ports.show({ page: action.page, gatewayId: action.gatewayId })
      return
    case 'quit':
      ports.quit()
      return
    case 'start-local': {
      const started = await ports.core.call('local.start', {})
      if (!started.ok) explain(ports, action.gatewayId, started.error.code)
      else await give(ports, 'connection.connect', action.gatewayId)
      return
    }
    case 'command':
      await give(ports, action.name, action.gatewayId)
  }
}

async function give(
  ports: TrayActionPorts,
  name: Extract<TrayAction, { kind: 'command' }>['name'],
  gatewayId: string,
): Promise<void> {
  const result = await ports.core.call(name, { gatewayId })
  if (!result.ok) explain(ports, gatewayId, result.error.code)
}

function explain(ports: TrayActionPorts, gatewayId: string, code: string): void {
  ports.log.warn('a command of the tray failed', { code })
  ports.show({ page: 'status', gatewayId })
}
