/** Groups of four characters, or of four pairs where the pairs are parted by colons. */
export function groups(value: string): readonly string[] {
  if (value.includes(':')) return value.match(/(?:[^:]+:?){1,4}/g) ?? [value]
  return value.match(/.{1,4}/g) ?? []
}
