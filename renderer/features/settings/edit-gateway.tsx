import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import type { SavedGateway } from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'
import { useApp } from '../../stores/app.ts'
import { useDoing } from '../../stores/use-doing.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Choice, TextField } from '../../ui/field.tsx'
import { Section } from '../../ui/section.tsx'
import {
  formOf,
  readForm,
  suggestedName,
  type FormProblems,
  type FormValues,
} from '../gateway-form/form-model.ts'
import { AdvancedFields, PlaceFields } from '../gateway-form/place-fields.tsx'
import { PageHeader } from '../shell/page-header.tsx'
import { GatewaySecret } from './gateway-secret.tsx'
import styles from './settings.module.css'

const words = text.settings.form

/** The form of a saved gateway. */
export function EditGateway({ gateway }: { readonly gateway: SavedGateway }) {
  const { ui } = useApp()
  const doing = useDoing()
  const [values, setValues] = useState<FormValues>(() => formOf(gateway))
  const [problems, setProblems] = useState<FormProblems>({})
  const change = (part: Partial<FormValues>): void => {
    setValues((before) => ({ ...before, ...part }))
    setProblems({})
  }
  const save = async (): Promise<void> => {
    const read = readForm(values)
    if ('problems' in read) {
      setProblems(read.problems)
      return
    }
    if (await doing.run('gateways.edit', { gatewayId: gateway.id, draft: read.draft })) ui.closeForm()
  }
  return (
    <>
      <PageHeader title={text.settings.gateways.editOf(gateway.name)}>
        <Button look="quiet" icon={<ArrowLeft size={14} aria-hidden />} onClick={() => ui.closeForm()}>
          {text.common.back}
        </Button>
      </PageHeader>
      <div className={styles.page}>
        <div className={styles.body}>
          <form
            className={styles.form}
            onSubmit={(event) => {
              event.preventDefault()
              void save()
            }}
          >
            <TextField
              label={words.name}
              hint={words.nameHint}
              problem={problems.name ?? null}
              placeholder={suggestedName(values)}
              maxLength={80}
              value={values.name}
              onChange={(event) => change({ name: event.target.value })}
            />
            <Choice
              legend={words.mode}
              value={values.kind}
              options={{ local: words.local, ssh: words.ssh, direct: words.direct }}
              onChoose={(kind) => change({ kind })}
            />
            <PlaceFields values={values} problems={problems} onChange={change} />
            <AdvancedFields values={values} problems={problems} onChange={change} />
            {doing.error !== null && <ErrorNote error={doing.error} title={text.settings.failed} />}
            <p className={styles.soft}>{words.connects}</p>
            <div className={styles.actions}>
              <Button type="submit" look="primary" disabled={doing.busy}>
                {text.common.save}
              </Button>
              <Button onClick={() => ui.closeForm()}>{text.common.cancel}</Button>
            </div>
          </form>
          <Section title={words.secretTitle}>
            <GatewaySecret gatewayId={gateway.id} />
          </Section>
        </div>
      </div>
    </>
  )
}
