import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Builds the pages into out/renderer, fit for a policy without inline scripts, inline styles and eval. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
})
