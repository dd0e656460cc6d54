import { useLayoutEffect, useRef } from 'react'
import { ScrollArea } from './scroll-area.tsx'
import styles from './log-lines.module.css'

/** Lines of a log, the newest at the end and in sight. */
export function LogLines({ lines, label }: { readonly lines: readonly string[]; readonly label: string }) {
  const box = useRef<HTMLElement>(null)
  const log = lines.join('\n')
  useLayoutEffect(() => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- new lines are what it waits for
  }, [log])
  return (
    <ScrollArea areaRef={box} className={styles.log} label={label}>
      <pre>{log}</pre>
    </ScrollArea>
  )
}
