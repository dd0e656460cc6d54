import { ArrowDown } from 'lucide-react'
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Conversation } from '../../../shared/model/chat.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { Button } from '../../ui/button.tsx'
import { ScrollArea } from '../../ui/scroll-area.tsx'
import { useToday } from '../../ui/use-now.ts'
import { dayName } from '../../ui/format.ts'
import { openItems, rowItems, type Item } from './conversation-items.ts'
import { EndNote } from './end-note.tsx'
import { AgentMessage, Message } from './message.tsx'
import styles from './message-list.module.css'
import { OutboxItem } from './outbox-entry.tsx'

/** So many entries are drawn at first, and so many more each time one scrolls up to them. */
const firstShown = 60
const moreShown = 100
/** Pixels from an end that still count as being there. */
const nearTop = 800
const nearBottom = 48

/** The conversation: follows the newest message while one is at the end, and stays put otherwise. */
export function MessageList({ conversation }: { readonly conversation: Conversation }) {
  const { call } = useApp()
  const { rows, runs, hasMore, gatewayId, sessionKey } = conversation
  const active = runs.map((run) => run.runId).join('\n')
  const activeRuns = useMemo(() => new Set(active === '' ? [] : active.split('\n')), [active])
  const past = useMemo(() => rowItems(rows, activeRuns), [rows, activeRuns])
  const items = [...past, ...openItems(conversation)]
  const [shown, setShown] = useState(firstShown)
  const [away, setAway] = useState(false)
  const [fresh, setFresh] = useState(false)
  const [fetching, setFetching] = useState(false)
  const fetchingNow = useRef(false)
  const frame = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)
  const newest = items.at(-1)?.key

  const toEnd = useCallback(() => {
    const box = frame.current
    if (box !== null) box.scrollTop = box.scrollHeight
  }, [])

  const older = useCallback(async () => {
    const box = frame.current
    // At the very top the browser does not hold the place when something is put in front.
    if (box !== null && box.scrollTop === 0) box.scrollTop = 1
    if (shown < past.length) {
      setShown((count) => count + moreShown)
      return
    }
    if (!hasMore || fetchingNow.current) return
    fetchingNow.current = true
    setFetching(true)
    await call('chat.older', { gatewayId, sessionKey })
    fetchingNow.current = false
    setFetching(false)
    setShown((count) => count + moreShown)
  }, [shown, past.length, hasMore, call, gatewayId, sessionKey])

  const onScroll = (): void => {
    const box = frame.current
    if (box === null) return
    stuck.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearBottom
    setAway(!stuck.current)
    if (stuck.current) setFresh(false)
    if (box.scrollTop < nearTop && box.scrollHeight > box.clientHeight) void older()
  }

  useLayoutEffect(() => {
    if (stuck.current) toEnd()
  })
  useEffect(() => {
    if (!stuck.current) setFresh(true)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another newest entry is what it waits for
  }, [newest])
  // Heights change without a render too: a folded card, a narrower window.
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (stuck.current) toEnd()
    })
    if (frame.current !== null) observer.observe(frame.current)
    if (content.current !== null) observer.observe(content.current)
    return () => observer.disconnect()
  }, [toEnd])

  const more = shown < past.length || hasMore
  return (
    <div className={styles.place}>
      <ScrollArea areaRef={frame} className={styles.frame} label={text.chat.region} onScroll={onScroll}>
        <div ref={content} className={styles.column}>
          {more ? (
            <Button look="quiet" className={styles.older} disabled={fetching} onClick={() => void older()}>
              {fetching ? text.chat.olderLoading : text.chat.older}
            </Button>
          ) : (
            items.length > firstShown && <p className={styles.start}>{text.chat.start}</p>
          )}
          {items.slice(Math.max(0, items.length - shown)).map((item) => (
            <Entry key={item.key} item={item} running={isRunning(item, activeRuns)} />
          ))}
        </div>
      </ScrollArea>
      {away && (
        <Button className={styles.toEnd} icon={<ArrowDown size={14} aria-hidden />} onClick={toEnd}>
          {fresh ? text.chat.newMessages : text.chat.toEnd}
        </Button>
      )}
    </div>
  )
}

const isRunning = (item: Item, runs: ReadonlySet<string>): boolean =>
  item.kind === 'row' && item.row.runId !== null && runs.has(item.row.runId)

interface EntryProps {
  readonly item: Item
  readonly running: boolean
}

/** One entry; drawn again only when what it shows changed. */
const Entry = memo(EntryView, (before, after) => {
  return before.running === after.running && sameItem(before.item, after.item)
})

function EntryView({ item, running }: EntryProps) {
  switch (item.kind) {
    case 'day':
      return <Day at={item.at} />
    case 'row':
      if (item.row.role !== 'assistant') return <Message row={item.row} />
      return <AgentMessage row={item.row} results={item.results} running={running} />
    case 'run':
      return <AgentMessage run={item.run} />
    case 'outbox':
      return <OutboxItem entry={item.entry} />
    case 'end':
      return <EndNote end={item.end} />
  }
}

function Day({ at }: { readonly at: number }) {
  return <h2 className={styles.day}>{dayName(at, useToday())}</h2>
}

function sameItem(a: Item, b: Item): boolean {
  if (a.kind === 'row' && b.kind === 'row') {
    return (
      a.row === b.row &&
      a.results.length === b.results.length &&
      a.results.every((row, index) => row === b.results[index])
    )
  }
  if (a.kind === 'run' && b.kind === 'run') return a.run === b.run
  if (a.kind === 'outbox' && b.kind === 'outbox') return a.entry === b.entry
  if (a.kind === 'end' && b.kind === 'end') return a.end === b.end
  return a.kind === 'day' && b.kind === 'day' && a.at === b.at
}
