import { setTimeout as delay } from 'node:timers/promises'

const ATTEMPTS = 20
const PAUSE_MS = 500

/**
 * Repeats a step that the rest of a run depends on: a busy machine may not connect to a server in time.
 *
 * @throws what the last attempt has thrown
 */
export async function persistently<T>(step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await step()
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await delay(PAUSE_MS)
    }
}
