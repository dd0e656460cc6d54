import { Component, type ReactNode } from 'react'
import { text } from '../../../shared/text/pages.ts'
import { Button } from '../../ui/button.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { FullPage } from './full-page.tsx'

/** Catches a bug of the page itself, so that a person is never left with an empty window. */
export class CrashGuard extends Component<
  { readonly children: ReactNode },
  { readonly reason: string | null }
> {
  override state: { readonly reason: string | null } = { reason: null }

  static getDerivedStateFromError(error: unknown): { readonly reason: string } {
    return { reason: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.reason === null) return this.props.children
    return (
      <FullPage icon={<StateMark mark="stopped" size={28} />} title={text.app.crashed}>
        <p>{text.app.crashedNext}</p>
        <p>
          <Button look="primary" onClick={() => location.reload()}>
            {text.app.reload}
          </Button>
        </p>
        <details>
          <summary>{text.app.details}</summary>
          <code>{this.state.reason}</code>
        </details>
      </FullPage>
    )
  }
}
