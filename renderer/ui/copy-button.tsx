import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { text } from '../../shared/text/pages.ts'
import { Button, IconButton } from './button.tsx'

/** Copies to the clipboard and says so for a moment. */
function useCopy(): { readonly copied: boolean; readonly copy: (value: string) => void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1_600)
    return () => clearTimeout(timer)
  }, [copied])
  return {
    copied,
    copy(value) {
      navigator.clipboard.writeText(value).then(
        () => setCopied(true),
        () => setCopied(false),
      )
    },
  }
}

export interface CopyButtonProps {
  readonly value: string
  /** What is copied, in words. */
  readonly label: string
  readonly words?: boolean
}

/** Copies `value`. With `words` it is a button with text, else an icon. */
export function CopyButton({ value, label, words = false }: CopyButtonProps) {
  const { copied, copy } = useCopy()
  const icon = copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />
  const shown = copied ? text.common.copied : label
  return (
    <>
      {words ? (
        <Button icon={icon} onClick={() => copy(value)}>
          {shown}
        </Button>
      ) : (
        <IconButton label={shown} onClick={() => copy(value)}>
          {icon}
        </IconButton>
      )}
      <output className="hidden-visually">{copied ? text.common.copied : ''}</output>
    </>
  )
}
