import type { StateStore } from '@homeostat/optimizer'

/** What the program of a `StateStoreSubject` does with its store. */
export async function passThrough(store: StateStore): Promise<void> {
  const key = process.argv.at(-1)!
  const text = await store.read(key)
  console.log(text)
  await store.write(key, `${text}!`)
}
