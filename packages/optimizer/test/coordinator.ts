import type { Coordinator } from '../src/index.ts'
import type { FleetLease } from '../src/engines.ts'

/** A coordinator that only this process uses, and that does what the test says. */
export function coordinatorOf(parts: Partial<Coordinator>): Coordinator {
  const alone: Partial<Coordinator> = {
    name: 'redis',
    beat: async () => 1,
    leave: async () => {},
    release: async () => true,
    [Symbol.asyncDispose]: async () => {},
  }
  return { ...alone, ...parts } as Coordinator
}

export const anHour = (): FleetLease => ({
  key: 'k',
  token: 't',
  fence: 1,
  heldUntil: performance.now() + 3_600_000,
})
