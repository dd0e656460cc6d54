import type { ReactNode, Ref, UIEvent } from 'react'

export interface ScrollAreaProps {
  /** Its name; spoken when it gets the focus. */
  readonly label: string
  readonly className: string | undefined
  readonly children: ReactNode
  readonly areaRef?: Ref<HTMLElement>
  readonly onScroll?: (event: UIEvent<HTMLElement>) => void
}

/** A part of the page that scrolls by itself, reachable by keyboard: without the focus it could not be scrolled. */
export function ScrollArea({ label, className, children, areaRef, onScroll }: ScrollAreaProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section ref={areaRef} className={className} aria-label={label} tabIndex={0} onScroll={onScroll}>
      {children}
    </section>
  )
}
