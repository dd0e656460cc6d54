import { useConnection, useSnapshot } from '../../stores/app.ts'
import { useNow } from '../../ui/use-now.ts'
import { linkLine, type LinkLine } from './link-line.ts'

/** The one-line truth about a gateway's link, with a live countdown. */
export function useLinkLine(gatewayId: string): LinkLine {
  const connection = useConnection(gatewayId)
  const asks = useSnapshot(({ prompts }) => prompts.some((prompt) => prompt.gatewayId === gatewayId))
  return linkLine(connection, asks, useNow())
}
