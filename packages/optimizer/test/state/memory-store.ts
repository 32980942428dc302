import type { StateStore } from '../../src/words/state-store.ts'

/** A store in memory. */
export class MemoryStore implements StateStore {
  readonly name: string
  readonly texts = new Map<string, string>()
  writes = 0
  isAway = false

  constructor(name = 'memory') {
    this.name = name
  }

  async read(key: string): Promise<string | undefined> {
    if (this.isAway) throw new Error(`${this.name} is away`)
    return this.texts.get(key)
  }

  async write(key: string, text: string): Promise<void> {
    if (this.isAway) throw new Error(`${this.name} is away`)
    this.writes++
    this.texts.set(key, text)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
