import type { AppEvent, CommandName } from '../../shared/contract/index.ts'
import type { ConnectionView } from '../../shared/model/connection.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { LocalGatewayView } from '../../shared/model/local-gateway.ts'
import { trayText as text } from '../../shared/text/tray.ts'

type ShownPage = Extract<AppEvent, { name: 'app.show' }>['payload']['page']

/** Commands that a menu entry may give: those that need nothing but the gateway. */
type TrayCommand = Extract<
  CommandName,
  | 'connection.connect'
  | 'connection.disconnect'
  | 'connection.retry'
  | 'connection.open-dashboard'
  | 'gateways.select'
>

/** What a click on a menu entry does. Data, so that menus can be compared. */
export type TrayAction =
  | { readonly kind: 'show'; readonly page: ShownPage; readonly gatewayId: string | null }
  | { readonly kind: 'command'; readonly name: TrayCommand; readonly gatewayId: string }
  /** Starts this computer's gateway, then connects to it. */
  | { readonly kind: 'start-local'; readonly gatewayId: string }
  | { readonly kind: 'quit' }

export type MenuEntry =
  | { readonly type: 'separator' }
  | { readonly type: 'item'; readonly label: string; readonly action: TrayAction }
  | { readonly type: 'submenu'; readonly label: string; readonly items: readonly MenuEntry[] }

/** What can be done with a gateway in its present state; the way out of it is always among them. */
export function gatewayActions(
  gateway: SavedGateway,
  view: ConnectionView | undefined,
  local: LocalGatewayView['state'],
): readonly MenuEntry[] {
  const give = (label: string, name: TrayCommand): MenuEntry => ({
    type: 'item',
    label,
    action: { kind: 'command', name, gatewayId: gateway.id },
  })
  switch (view?.phase) {
    case 'ready':
      return [
        give(text.disconnect, 'connection.disconnect'),
        give(text.dashboard, 'connection.open-dashboard'),
      ]
    case 'connecting':
      return [give(text.cancel, 'connection.disconnect')]
    case 'waiting':
    case 'blocked':
      return [give(text.retryNow, 'connection.retry'), give(text.disconnect, 'connection.disconnect')]
    case 'idle':
    case undefined:
      return gateway.place.kind === 'local' && local === 'stopped'
        ? [{ type: 'item', label: text.start, action: { kind: 'start-local', gatewayId: gateway.id } }]
        : [give(text.connect, 'connection.connect')]
  }
}
