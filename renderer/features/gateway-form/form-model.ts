import {
  defaultGatewayPort,
  gatewayDraftSchema,
  type EngineChoice,
  type GatewayDraft,
  type GatewayPlace,
  type LocalPortChoice,
} from '../../../shared/model/gateway.ts'
import { text } from '../../../shared/text/pages.ts'

/** The form of a gateway: everything a person can type, as text, for all three kinds at once. */
export interface FormValues {
  readonly kind: GatewayPlace['kind']
  readonly name: string
  readonly target: string
  readonly remotePort: string
  readonly localMode: LocalPortChoice['mode']
  readonly localPort: string
  readonly engine: EngineChoice
  readonly identityFile: string
  readonly url: string
  readonly tlsFingerprint: string
  readonly ownPort: string
}

type FormField = 'name' | 'target' | 'url' | 'remotePort' | 'localPort' | 'ownPort' | 'tlsFingerprint'
export type FormProblems = Partial<Record<FormField, string>>

/** An empty form. The first gateway offers the port that OpenClaw's own documents teach; later ones stay private. */
export function emptyForm(kind: GatewayPlace['kind'], first: boolean): FormValues {
  return {
    kind,
    name: '',
    target: '',
    remotePort: String(defaultGatewayPort),
    localMode: first ? 'preferred' : 'off',
    localPort: String(defaultGatewayPort),
    engine: 'auto',
    identityFile: '',
    url: '',
    tlsFingerprint: '',
    ownPort: '',
  }
}

/** The form as a saved gateway fills it. */
export function formOf({ name, place }: GatewayDraft): FormValues {
  const empty = { ...emptyForm(place.kind, true), name }
  switch (place.kind) {
    case 'ssh': {
      const { target, remotePort, localPort, engine, identityFile } = place
      return {
        ...empty,
        target,
        remotePort: String(remotePort),
        localMode: localPort.mode,
        localPort: localPort.mode === 'off' ? String(defaultGatewayPort) : String(localPort.port),
        engine,
        identityFile: identityFile ?? '',
      }
    }
    case 'direct':
      return { ...empty, url: place.url, tlsFingerprint: place.tlsFingerprint ?? '' }
    case 'local':
      return { ...empty, ownPort: place.port === null ? '' : String(place.port) }
  }
}

/** A name for a gateway the user gave none: what tells it apart. */
export function suggestedName(values: FormValues): string {
  switch (values.kind) {
    case 'ssh':
      return values.target
        .trim()
        .replace(/^.*@/, '')
        .replace(/^\[(.*)\](:\d+)?$/, '$1')
        .replace(/^([^:]+):\d+$/, '$1')
    case 'direct':
      return URL.canParse(values.url.trim()) ? new URL(values.url.trim()).hostname : ''
    case 'local':
      return text.settings.local.title
  }
}

/** The draft the form stands for, or what is wrong with it, field by field. */
export function readForm(
  values: FormValues,
): { readonly draft: GatewayDraft } | { readonly problems: FormProblems } {
  const problems: FormProblems = {}
  const words = text.settings.form.problem
  const port = (field: FormField, value: string): number => {
    const number = /^\d{1,5}$/.test(value.trim()) ? Number(value) : 0
    if (number < 1 || number > 65_535) problems[field] = words.port
    return number
  }
  const name = values.name.trim() === '' ? suggestedName(values) : values.name.trim()
  const place = ((): GatewayPlace => {
    switch (values.kind) {
      case 'ssh': {
        const target = values.target.trim()
        if (target === '' || /\s/.test(target) || target.startsWith('-')) problems.target = words.target
        return {
          kind: 'ssh',
          target,
          remotePort: port('remotePort', values.remotePort),
          localPort:
            values.localMode === 'off'
              ? { mode: 'off' }
              : { mode: values.localMode, port: port('localPort', values.localPort) },
          engine: values.engine,
          identityFile: values.identityFile.trim() === '' ? null : values.identityFile.trim(),
        }
      }
      case 'direct': {
        const url = values.url.trim()
        if (!/^wss?:\/\/\S+$/i.test(url) || !URL.canParse(url)) problems.url = words.url
        const pin = values.tlsFingerprint.trim()
        if (pin !== '' && !/^(sha256:)?([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i.test(pin)) {
          problems.tlsFingerprint = words.pin
        }
        return { kind: 'direct', url, tlsFingerprint: pin === '' ? null : pin }
      }
      case 'local':
        return { kind: 'local', port: values.ownPort.trim() === '' ? null : port('ownPort', values.ownPort) }
    }
  })()
  if (Object.keys(problems).length > 0) return { problems }
  const draft = gatewayDraftSchema.safeParse({ name: name.slice(0, 80), place })
  return draft.success ? { draft: draft.data } : { problems: { name: words.name } }
}
