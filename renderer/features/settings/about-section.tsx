import { text } from '../../../shared/text/pages.ts'
import { useApp, useSnapshot } from '../../stores/app.ts'
import { Button } from '../../ui/button.tsx'
import { Fact, Facts, Section } from '../../ui/section.tsx'

const words = text.settings.about

/** Versions of both sides, and where Hawser keeps its things. */
export function AboutSection() {
  const { call } = useApp()
  const app = useSnapshot((state) => state.app)
  const gateways = useSnapshot((state) => state.gateways)
  const connections = useSnapshot((state) => state.connections)
  return (
    <Section title={words.title}>
      <Facts>
        <Fact name={words.version}>{app.version}</Fact>
        {gateways.map(({ id, name }) => (
          <Fact key={id} name={words.gateway(name)}>
            {connections[id]?.gateway?.version ?? words.notConnected}
          </Fact>
        ))}
        <Fact name={words.dataDir}>
          <code>{app.dataDir}</code>
        </Fact>
        <Fact name={words.licence}>{words.licenceName}</Fact>
      </Facts>
      <div>
        <Button onClick={() => void call('app.quit', {})}>{words.quit}</Button>
      </div>
    </Section>
  )
}
