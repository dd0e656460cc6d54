import { useEffect } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { useGateway, useSnapshot } from '../../stores/app.ts'
import { linkLine } from '../stages/link-line.ts'

/** The window's title: the selected gateway and its state, without what changes every second. */
export function useTitle(): void {
  const id = useSnapshot(({ selectedGatewayId }) => selectedGatewayId)
  const gateway = useGateway(id)
  const state = useSnapshot(({ connections, prompts }) => {
    if (id === null) return ''
    const connection = connections[id]
    if (connection?.phase === 'ready') return text.link.ready
    const asks = prompts.some((prompt) => prompt.gatewayId === id)
    return linkLine(connection, asks, 0).words
  })
  const title = text.app.title(gateway === undefined ? [] : [gateway.name, state])
  useEffect(() => {
    document.title = title
  }, [title])
}
