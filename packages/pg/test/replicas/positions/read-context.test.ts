import { expect, it } from 'vitest'
import { nextMoment } from '../../../src/replicas/positions/moments.ts'
import { PositionRing } from '../../../src/replicas/positions/position-ring.ts'
import { ReadContext } from '../../../src/replicas/positions/read-context.ts'

it('the last moment of a context covers the position that it continues, and not only its own write', () => {
  const ring = new PositionRing()
  const context = new ReadContext(true)
  context.wrote()
  // A question to the primary is under way that is older than the token.
  const asked = nextMoment()
  context.continueFrom(500n)
  expect(context.settleAll(ring, 0)).toBe(false)
  const { lastMoment } = context
  ring.add(asked, 0, 100n)
  expect(ring.after(lastMoment)).toBeUndefined()
  ring.add(nextMoment(), 1, 600n)
  expect(ring.after(lastMoment)).toBe(600n)
})
