import type { ConnectionView } from '../../shared/model/connection.ts'
import type { SavedGateway } from '../../shared/model/gateway.ts'
import type { Snapshot } from '../../shared/model/snapshot.ts'
import { trayText as text } from '../../shared/text/tray.ts'
import { gatewayActions, type MenuEntry, type TrayAction } from './tray-menu.ts'
import type { TrayIconState } from './tray-states.ts'

/** Everything the tray shows. Plain data, so that two of them can be compared and an open menu left alone. */
export interface TrayModel {
  readonly icon: TrayIconState
  readonly tooltip: string
  readonly menu: readonly MenuEntry[]
}

export interface TrayModelOptions {
  /** Writes epoch ms as a clock time in the user's own way. */
  readonly clockTime: (at: number) => string
}

interface Need {
  readonly gatewayId: string | null
  readonly line: string
}

/** Windows cuts tooltips at 127 UTF-16 units. */
const tooltipLimit = 127

/** What the tray shows of a snapshot: the selected gateway, except that "needs you" of any gateway comes first. */
export function trayModel(snapshot: Snapshot, options: TrayModelOptions): TrayModel {
  const shown = selectedGateway(snapshot)
  const view = shown === null ? null : (snapshot.connections[shown.id] ?? null)
  const needs = allNeeds(snapshot)
  const state =
    shown === null ? text.noGateway : text.truth(nameOf(shown), stateWords(snapshot, shown, options))
  const lines = [...needs.map((need) => need.line), state]
  return {
    icon: needs.length > 0 ? 'needs-you' : iconOf(view),
    tooltip: shorten(`${text.appName}: ${lines[0] ?? state}`, tooltipLimit),
    menu: [
      ...needs.map((need) => item(need.line, { kind: 'show', page: 'chat', gatewayId: need.gatewayId })),
      shown === null
        ? item(state, { kind: 'show', page: 'add-gateway', gatewayId: null })
        : item(state, { kind: 'show', page: 'status', gatewayId: shown.id }),
      ...workingLine(view),
      separator,
      ...(shown === null
        ? [item(text.addGateway, { kind: 'show', page: 'add-gateway', gatewayId: null })]
        : [item(text.openChat, { kind: 'show', page: 'chat', gatewayId: shown.id })]),
      separator,
      ...(shown === null ? [] : gatewayPart(snapshot, shown, options)),
      item(text.settings, { kind: 'show', page: 'settings', gatewayId: null }),
      ...(shown === null ? [] : [item(text.status, { kind: 'show', page: 'status', gatewayId: shown.id })]),
      separator,
      item(text.quit, { kind: 'quit' }),
    ],
  }
}

const separator: MenuEntry = { type: 'separator' }

function item(label: string, action: TrayAction): MenuEntry {
  return { type: 'item', label, action }
}

/** The selected gateway, or the first one where none is selected. */
function selectedGateway(snapshot: Snapshot): SavedGateway | null {
  return (
    snapshot.gateways.find((gateway) => gateway.id === snapshot.selectedGatewayId) ??
    snapshot.gateways[0] ??
    null
  )
}

const nameOf = (gateway: SavedGateway): string => (gateway.demo ? text.demo(gateway.name) : gateway.name)

/** Open questions first, then links that stopped; a gateway with a question is not named twice. */
function allNeeds(snapshot: Snapshot): readonly Need[] {
  const needs: Need[] = []
  const asked = new Set<string>()
  for (const prompt of snapshot.prompts) {
    const why = text.prompt[prompt.kind]
    const gateway = snapshot.gateways.find((saved) => saved.id === prompt.gatewayId)
    const name = gateway === undefined ? prompt.gatewayName : nameOf(gateway)
    if (prompt.gatewayId !== null) asked.add(prompt.gatewayId)
    needs.push({
      gatewayId: gateway?.id ?? null,
      line: name === '' ? text.needsYouUnnamed(why) : text.needsYou(name, why),
    })
  }
  for (const gateway of snapshot.gateways) {
    const view = snapshot.connections[gateway.id]
    if (view?.phase !== 'blocked' || asked.has(gateway.id)) continue
    needs.push({
      gatewayId: gateway.id,
      line: shorten(text.needsYou(nameOf(gateway), view.error?.message ?? text.state.blocked), 100),
    })
  }
  return needs
}

function iconOf(view: ConnectionView | null): TrayIconState {
  switch (view?.phase) {
    case 'ready':
      return view.activeRuns > 0 ? 'working' : 'ready'
    case 'connecting':
    case 'waiting':
      return 'connecting'
    case 'blocked':
      return 'needs-you'
    case 'idle':
    case undefined:
      return 'off'
  }
}

function workingLine(view: ConnectionView | null): readonly MenuEntry[] {
  if (view?.phase !== 'ready' || view.activeRuns === 0) return []
  return [item(text.working(view.activeRuns), { kind: 'show', page: 'chat', gatewayId: view.gatewayId })]
}

function gatewayPart(
  snapshot: Snapshot,
  shown: SavedGateway,
  options: TrayModelOptions,
): readonly MenuEntry[] {
  const rows = snapshot.gateways.map((gateway): MenuEntry => {
    const label = text.truth(nameOf(gateway), stateWords(snapshot, gateway, options))
    const isShown = gateway.id === shown.id
    return {
      type: 'submenu',
      label: isShown ? text.selected(label) : label,
      items: [
        item(text.openChat, { kind: 'show', page: 'chat', gatewayId: gateway.id }),
        ...gatewayActions(gateway, snapshot.connections[gateway.id], snapshot.local.state),
        ...(isShown
          ? []
          : [item(text.showInTray, { kind: 'command', name: 'gateways.select', gatewayId: gateway.id })]),
      ],
    }
  })
  return [
    {
      type: 'submenu',
      label: text.gateways,
      items: [
        ...rows,
        separator,
        item(text.addGateway, { kind: 'show', page: 'add-gateway', gatewayId: null }),
      ],
    },
    ...gatewayActions(shown, snapshot.connections[shown.id], snapshot.local.state),
    separator,
  ]
}

function stateWords(snapshot: Snapshot, gateway: SavedGateway, options: TrayModelOptions): string {
  const view = snapshot.connections[gateway.id]
  const words = text.state
  switch (view?.phase) {
    case 'ready':
      return view.latency === null ? words.ready : words.readyWithLatency(steady(view.latency.ms))
    case 'connecting': {
      const running = view.stages.find((stage) => stage.state === 'running')
      return running === undefined ? words.connecting : words.connectingStage(text.stage[running.name])
    }
    case 'waiting':
      return view.retryAt === null ? words.waiting : words.waitingUntil(options.clockTime(view.retryAt))
    case 'blocked':
      return words.blocked
    case 'idle':
    case undefined: {
      if (gateway.place.kind !== 'local') return words.idle
      if (snapshot.local.state === 'stopped') return words.stopped
      return snapshot.local.state === 'starting' ? words.starting : words.idle
    }
  }
}

/**
 * A round trip in steps of roughly a tenth: each new menu closes the open one on Linux, so the hand must not tremble
 * with every measurement.
 */
function steady(ms: number): number {
  const step = ms < 20 ? 1 : ms < 100 ? 5 : ms < 500 ? 20 : 100
  return Math.max(1, Math.round(ms / step) * step)
}

function shorten(line: string, limit: number): string {
  if (line.length <= limit) return line
  // A surrogate pair must not be cut in two.
  const cut = line.slice(0, limit - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
