import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { text } from '../../../shared/text/pages.ts'
import type { AppError } from '../../../shared/result.ts'
import { useApp } from '../../stores/app.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Menu } from '../../ui/menu.tsx'

type Act = 'compact' | 'reset' | 'delete'

const words = text.chat.menu
const asks: Record<Act, { readonly ask: string; readonly why: string; readonly action: string }> = {
  compact: { ask: words.compactAsk, why: words.compactWhy, action: words.compactDo },
  reset: { ask: words.resetAsk, why: words.resetWhy, action: words.resetDo },
  delete: { ask: words.removeAsk, why: words.removeWhy, action: words.removeDo },
}

export interface ConversationMenuProps {
  readonly gatewayId: string
  readonly sessionKey: string
  readonly isMain: boolean
}

/** What can be done with a conversation as a whole. Each asks first. */
export function ConversationMenu({ gatewayId, sessionKey, isMain }: ConversationMenuProps) {
  const { call, ui } = useApp()
  const [act, setAct] = useState<Act | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const perform = async (chosen: Act): Promise<void> => {
    setAct(null)
    const result = await call(`chat.${chosen}`, { gatewayId, sessionKey })
    if (!result.ok) setError(result.error)
    else if (chosen === 'delete') ui.openSession(gatewayId, null)
  }
  const items = [
    { label: words.compact, onChoose: () => setAct('compact') },
    { label: words.reset, onChoose: () => setAct('reset') },
    ...(isMain ? [] : [{ label: words.remove, onChoose: () => setAct('delete'), danger: true }]),
  ]
  return (
    <>
      <Menu label={words.open} icon={<Ellipsis size={16} aria-hidden />} items={items} />
      {act !== null && (
        <ConfirmDialog
          title={asks[act].ask}
          action={asks[act].action}
          danger={act !== 'compact'}
          onConfirm={() => void perform(act)}
          onDismiss={() => setAct(null)}
        >
          <p>{asks[act].why}</p>
        </ConfirmDialog>
      )}
      {error !== null && (
        <Dialog title={text.settings.failed} onDismiss={() => setError(null)}>
          <ErrorNote error={error} />
          <DialogActions>
            <Button data-autofocus onClick={() => setError(null)}>
              {text.common.close}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  )
}
