import { text } from '../../../shared/text/pages.ts'
import type { ResolvedTargetView } from '../../../shared/contract/index.ts'
import styles from './gateway-form.module.css'
import type { Resolved } from './use-resolved.ts'

const words = text.settings.form

/** What an SSH target resolves to, in words a person can check. */
export function ResolvedNote({ resolved }: { readonly resolved: Resolved }) {
  return (
    <div className={styles.resolved} aria-live="polite" data-resolved={resolved.state}>
      {resolved.state === 'asking' && <p>{words.resolving}</p>}
      {resolved.state === 'failed' && <p className={styles.bad}>{resolved.error.message}</p>}
      {resolved.state === 'known' && <Explanation view={resolved.view} />}
    </div>
  )
}

function Explanation({ view }: { readonly view: ResolvedTargetView }) {
  const keys = [
    ...(view.usesAgent ? [words.resolvedAgent] : []),
    ...(view.identityFiles.length > 0 ? [words.resolvedKeys(view.identityFiles)] : []),
  ]
  return (
    <dl className={styles.explanation}>
      <dt>{words.resolvedMeans}</dt>
      <dd>
        <strong>{words.resolves(view.user, view.host, view.port)}</strong>
        {view.jumps.length > 0 && ` ${words.resolvedJumps(view.jumps)}`}{' '}
        <span className={styles.soft}>({words.resolvedSource(view.source)})</span>
      </dd>
      <dt>{words.resolvedWith}</dt>
      <dd>{keys.length === 0 ? words.resolvedNoKeys : keys.join(', ')}</dd>
      <dt>{words.resolvedEngine}</dt>
      <dd>{words.resolvedEngineWhy(text.link.engineName[view.engine], view.engineReason)}</dd>
    </dl>
  )
}
