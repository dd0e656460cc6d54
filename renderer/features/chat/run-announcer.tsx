import { useEffect, useRef, useState } from 'react'
import { text } from '../../../shared/text/pages.ts'

/** Tells screen readers when an answer begins and when it is there; never the stream itself. */
export function RunAnnouncer({ running }: { readonly running: boolean }) {
  const [words, setWords] = useState('')
  const before = useRef(running)
  useEffect(() => {
    if (before.current === running) return
    before.current = running
    setWords(running ? text.chat.answering : text.chat.answered)
  }, [running])
  return <output className="hidden-visually">{words}</output>
}
