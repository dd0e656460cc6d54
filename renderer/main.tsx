import './zod-setup.ts'
import { createRoot } from 'react-dom/client'
import { openTransport } from './bridge/open-transport.ts'
import { AppRoot } from './features/shell/app-root.tsx'
import { createApp } from './stores/app.ts'
import { createDrafts } from './stores/drafts.ts'
import './styles/tokens.css'
import './styles/base.css'

const app = createApp({
  transport: openTransport(window),
  drafts: createDrafts(window.sessionStorage, () => crypto.randomUUID()),
  now: () => Date.now(),
  frame: (callback) => requestAnimationFrame(callback),
})

const root = document.querySelector('#root')
if (root !== null) createRoot(root).render(<AppRoot app={app} />)
