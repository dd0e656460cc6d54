/** The value below which the share `p` (0 to 1) of the samples lies. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5)

/** Milliseconds a piece of work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export interface Row {
  readonly what: string
  readonly ours: number
  readonly peer: number
  readonly unit: string
  /** Largest ratio ours / peer the design allows; null: reported only. */
  readonly budget: number | null
}

/** A Markdown table, one row a measurement, with the ratio ours / peer. */
export function table(rows: readonly Row[]): string {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
  return [
    '| what | Hawser | `ssh -N -L` | ratio | budget |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows.map(({ what, ours, peer, unit, budget }) => {
      const ratio = (ours / peer).toFixed(2)
      return `| ${what} | ${number(ours)} ${unit} | ${number(peer)} ${unit} | ${ratio} | ${budget === null ? '' : `≤ ${budget}`} |`
    }),
  ].join('\n')
}
