import { text } from '../../../shared/text/pages.ts'
import { useGateway, useUi } from '../../stores/app.ts'
import { PageHeader } from '../shell/page-header.tsx'
import { AboutSection } from './about-section.tsx'
import { EditGateway } from './edit-gateway.tsx'
import { GatewaysSection } from './gateways-section.tsx'
import { LocalSection } from './local-section.tsx'
import { PreferencesSections } from './preferences-sections.tsx'
import { SecretsSection } from './secrets-section.tsx'
import styles from './settings.module.css'

/** Everything that can be chosen, on one page; the form of a gateway takes its place while it is open. */
export function SettingsPage() {
  const editing = useGateway(useUi((state) => state.editing))
  if (editing !== undefined) return <EditGateway key={editing.id} gateway={editing} />
  return (
    <>
      <PageHeader title={text.settings.title} />
      <div className={styles.page}>
        <div className={styles.body}>
          <GatewaysSection />
          <LocalSection />
          <SecretsSection />
          <PreferencesSections />
          <AboutSection />
        </div>
      </div>
    </>
  )
}
