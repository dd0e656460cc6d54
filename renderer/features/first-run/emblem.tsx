/** A mooring bollard with a rope round it. */
export function Emblem() {
  return (
    <svg width="44" height="44" viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="7" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round">
        <path d="M9.5 9h13M12 9v4.2c0 1.6-.6 2.6-.6 4.2V24M20 9v4.2c0 1.6.6 2.6.6 4.2V24M8 24.5h16" />
        <path d="M11.6 16.2c2.8 1.4 6 1.4 8.8 0M11.5 19.4c2.9 1.4 6.1 1.4 9 0l5-1.9" />
      </g>
    </svg>
  )
}
