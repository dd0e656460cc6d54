import { text } from '../../../shared/text/pages.ts'
import { useGateway, useSnapshot } from '../../stores/app.ts'
import { linkLine } from '../stages/link-line.ts'

/** Tells screen readers of turns in the selected link; countdowns and round trips are left out, so it never chatters. */
export function Announcer() {
  const id = useSnapshot(({ selectedGatewayId }) => selectedGatewayId)
  const gateway = useGateway(id)
  const words = useSnapshot(({ connections }) => {
    const connection = id === null ? undefined : connections[id]
    if (connection === undefined) return ''
    if (connection.phase === 'connecting') return text.link.connecting
    if (connection.phase === 'ready') return text.link.ready
    return linkLine(connection, false, 0).words
  })
  return (
    <output className="hidden-visually">
      {gateway === undefined || words === '' ? '' : text.link.changed(gateway.name, words)}
    </output>
  )
}
