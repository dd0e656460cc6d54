/** A mooring bollard with a rope round it: the app's icon. */
export function Emblem() {
  return <img src="./icon.svg" width="44" height="44" alt="" />
}
