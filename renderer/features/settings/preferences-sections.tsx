import type { PreferencesPatch } from '../../../shared/model/settings.ts'
import { text } from '../../../shared/text/pages.ts'
import { useSnapshot } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { ErrorNote } from '../../ui/error-note.tsx'
import { CheckField, Choice } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'
import { modKey } from '../shell/use-shortcuts.ts'

const words = text.settings

/** What a person likes: saved at once, no button. */
export function PreferencesSections() {
  const doing = useDoing()
  const preferences = useSnapshot((state) => state.preferences)
  const can = useSnapshot(({ app }) => app.can)
  const set = (patch: PreferencesPatch): void => void doing.run('app.set-preferences', { patch })
  return (
    <>
      <Section title={words.appearance.title}>
        <Choice
          layout="row"
          legend={words.appearance.theme}
          value={preferences.theme}
          options={words.appearance.themes}
          onChoose={(theme) => set({ theme })}
        />
      </Section>
      <Section title={words.chat.title}>
        <Choice
          legend={words.chat.sendWith}
          value={preferences.sendWith}
          options={{ enter: words.chat.enter, 'mod-enter': words.chat.modEnter(modKey) }}
          onChoose={(sendWith) => set({ sendWith })}
        />
      </Section>
      {can.startAtLogin && (
        <Section title={words.start.title}>
          <CheckField
            label={words.start.atLogin}
            checked={preferences.startAtLogin}
            onChange={(event) => set({ startAtLogin: event.target.checked })}
          />
          {can.tray && (
            <CheckField
              label={words.start.hidden}
              checked={preferences.startHidden}
              disabled={!preferences.startAtLogin}
              onChange={(event) => set({ startHidden: event.target.checked })}
            />
          )}
        </Section>
      )}
      <Section title={words.link.title}>
        <CheckField
          label={words.link.lowLatency}
          hint={words.link.lowLatencyHint}
          checked={preferences.lowLatencyChannel}
          onChange={(event) => set({ lowLatencyChannel: event.target.checked })}
        />
      </Section>
      {doing.error !== null && <ErrorNote error={doing.error} title={words.failed} />}
    </>
  )
}
