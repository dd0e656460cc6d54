import type { Prompt } from '../../../shared/model/prompt.ts'
import { text } from '../../../shared/text/pages.ts'
import { useSnapshot } from '../../stores/app.ts'
import { HostKeyPrompt } from './host-key-prompt.tsx'
import { PairingPrompt } from './pairing-prompt.tsx'
import { ScopePrompt } from './scope-prompt.tsx'
import { SecretPrompt } from './secret-prompt.tsx'
import { CodePrompt } from './code-prompt.tsx'

/** Shows the open questions one after the other: those of the selected gateway first, then the oldest. */
export function PromptHost() {
  const prompts = useSnapshot((snapshot) => snapshot.prompts)
  const selected = useSnapshot((snapshot) => snapshot.selectedGatewayId)
  const first = nextPrompt(prompts, selected)
  if (first === undefined) return null
  return <Question key={first.id} prompt={first} about={aboutLine(first.gatewayName, prompts.length - 1)} />
}

/** The question to show: one at a time. */
function nextPrompt(prompts: readonly Prompt[], selected: string | null): Prompt | undefined {
  const mine = (prompt: Prompt): number => (prompt.gatewayId === selected ? 0 : 1)
  return prompts.toSorted((a, b) => mine(a) - mine(b) || a.askedAt - b.askedAt)[0]
}

function aboutLine(name: string, more: number): string {
  const parts = [text.prompts.for(name), ...(more > 0 ? [text.prompts.more(more)] : [])]
  return parts.join(' · ')
}

function Question({ prompt, about }: { readonly prompt: Prompt; readonly about: string }) {
  switch (prompt.kind) {
    case 'host-key':
      return <HostKeyPrompt prompt={prompt} about={about} />
    case 'passphrase':
    case 'ssh-password':
    case 'gateway-secret':
      return <SecretPrompt prompt={prompt} about={about} />
    case 'ssh-code':
      return <CodePrompt prompt={prompt} about={about} />
    case 'pairing':
      return <PairingPrompt prompt={prompt} about={about} />
    case 'scope':
      return <ScopePrompt prompt={prompt} about={about} />
  }
}
