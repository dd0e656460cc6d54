import type { ConnectionView } from '../../../shared/model/connection.ts'
import type { StatusView } from '../../../shared/model/status.ts'
import { text } from '../../../shared/text/pages.ts'
import { Age } from '../../ui/age.tsx'
import { age, span } from '../../ui/format.ts'
import { Fact, Facts, Section } from '../../ui/section.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './status-page.module.css'

const words = text.status

export interface GatewayStatusProps {
  readonly view: StatusView
  readonly connection: ConnectionView | undefined
}

/** What the gateway says of itself. Each part names the host that said so, and when. */
export function GatewayStatus({ view, connection }: GatewayStatusProps) {
  const now = useNow()
  const said = words.said(view.host, age(view.readAt, now))
  const health = view.healthy === null ? words.healthUnknown : view.healthy ? words.healthy : words.unhealthy
  return (
    <>
      <Section title={words.gateway} source={said}>
        <Facts>
          <Fact name={words.health}>
            <span className={styles.state}>
              <StateMark
                mark={view.healthy === null ? 'idle' : view.healthy ? 'ready' : 'stopped'}
                size={14}
              />
              {health}
            </span>
            {view.summary !== '' && <p className={styles.soft}>{view.summary}</p>}
          </Fact>
          <Fact name={words.version}>{view.version ?? text.common.unknown}</Fact>
          <Fact name={words.uptime}>
            {view.uptimeMs === null ? text.common.unknown : span(view.uptimeMs)}
          </Fact>
          <LinkFacts connection={connection} now={now} />
          <Fact name={words.agents}>
            {view.agents.length === 0
              ? text.common.unknown
              : text.common.list(
                  view.agents.map((agent) =>
                    agent.isDefault ? `${agent.id} (${words.defaultAgent})` : agent.id,
                  ),
                )}
          </Fact>
        </Facts>
      </Section>
      <Section title={words.channels} source={said}>
        {view.channels.length === 0 && <p className={styles.soft}>{words.noChannels}</p>}
        <ul className={styles.rows}>
          {view.channels.flatMap((channel) =>
            channel.accounts.map((account) => (
              <li key={`${channel.id} ${account.id}`} className={styles.row}>
                <StateMark mark={account.ok ? 'ready' : 'stopped'} size={14} />
                <span className={styles.rowName}>{channel.label}</span>
                <span className={styles.rowMore}>
                  {account.id} · {account.state}
                  {account.error !== null && <span className={styles.bad}> · {account.error}</span>}
                </span>
              </li>
            )),
          )}
        </ul>
      </Section>
      <Section title={words.presence} source={said}>
        {view.presence.length === 0 && <p className={styles.soft}>{words.noPresence}</p>}
        <ul className={styles.rows}>
          {view.presence.map((who) => (
            <li key={who.id} className={styles.row}>
              <span className={styles.rowName}>{who.label}</span>
              <span className={styles.rowMore}>
                {[who.mode, who.platform, who.version]
                  .filter((part) => part !== null && part !== '')
                  .join(' · ')}
              </span>
              {who.at !== null && (
                <span className={styles.rowEnd}>
                  <Age at={who.at} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </Section>
      <Section
        title={`${words.sessions} (${words.sessionCount(view.sessions.length, view.sessionCount)})`}
        source={said}
      >
        {view.sessions.length === 0 && <p className={styles.soft}>{words.noSessions}</p>}
        <ul className={styles.rows}>
          {view.sessions.map((session) => (
            <li key={session.key} className={styles.row}>
              <span className={styles.rowName}>{session.title === '' ? session.key : session.title}</span>
              <span className={styles.rowMore}>
                {[
                  session.running ? words.running : null,
                  session.model,
                  session.percentUsed === null ? null : words.used(Math.round(session.percentUsed)),
                ]
                  .filter((part) => part !== null)
                  .join(' · ')}
              </span>
              {session.updatedAt !== null && (
                <span className={styles.rowEnd}>
                  <Age at={session.updatedAt} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </Section>
      {view.missing.length > 0 && (
        <Section title={words.missing} source={said}>
          <Facts>
            {view.missing.map((part) => (
              <Fact key={part.part} name={part.part}>
                {part.reason}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
    </>
  )
}

/** Facts of our own about the link, told apart from what the gateway says. */
function LinkFacts({
  connection,
  now,
}: {
  readonly connection: ConnectionView | undefined
  readonly now: number
}) {
  const facts = connection?.gateway
  const latency = connection?.latency
  return (
    <>
      {latency && (
        <Fact name={words.latency}>
          {text.time.milliseconds(Math.round(latency.ms))}{' '}
          <span className={styles.soft}>({words.measured(age(latency.at, now))})</span>
        </Fact>
      )}
      {facts && <Fact name={words.scopes}>{text.common.list(facts.scopes)}</Fact>}
      {facts?.authMethod && <Fact name={words.signIn}>{facts.authMethod}</Fact>}
    </>
  )
}
