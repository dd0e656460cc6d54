import { useEffect } from 'react'
import { useSnapshot } from '../../stores/app.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')

/** Sets the colours on the document: the user's choice, else the system's. */
export function useTheme(): void {
  const theme = useSnapshot(({ preferences }) => preferences.theme)
  useEffect(() => {
    const apply = (): void => {
      document.documentElement.dataset['theme'] =
        theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
    }
    apply()
    dark.addEventListener('change', apply)
    return () => dark.removeEventListener('change', apply)
  }, [theme])
}
