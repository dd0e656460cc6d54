import { useConnection, useLinkState, useSnapshot } from '../../stores/app.ts'
import { useNow } from '../../ui/use-now.ts'
import { linkLine, unknownLine, type LinkLine } from './link-line.ts'

/** The one-line truth about a gateway's link, with a live countdown. */
export function useLinkLine(gatewayId: string): LinkLine {
  const connection = useConnection(gatewayId)
  const asks = useSnapshot(({ prompts }) => prompts.some((prompt) => prompt.gatewayId === gatewayId))
  const now = useNow()
  // What the core does not tell any more is not known: an old green would be a lie.
  if (useLinkState() === 'lost') return unknownLine
  return linkLine(connection, asks, now)
}
