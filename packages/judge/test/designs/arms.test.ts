import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawArm, type ArmState, type Phase } from '../../src/designs/arms.ts'
import { bucketOf } from '../../src/designs/bucket.ts'
import { createRandom } from '@homeostat/signals/random'

function draw(phase: Phase, size: number, seed: number): string[] {
  const random = createRandom(seed)
  let state: ArmState | undefined
  return Array.from({ length: size }, () => {
    const drawn = drawArm(state, phase, random)
    // As when the state is kept in a file between two episodes.
    state = JSON.parse(JSON.stringify(drawn.state)) as ArmState
    return drawn.arm
  })
}

test('until there is a verdict each four episodes have two of each arm, in an order of chance', () => {
  fc.assert(
    fc.property(fc.nat(), seed => {
      const arms = draw('undecided', 40, seed)
      for (let block = 0; block < 40; block += 4) {
        expect(arms.slice(block, block + 4).filter(arm => arm === 'act')).toHaveLength(2)
      }
    }),
  )
  expect(new Set(Array.from({ length: 200 }, (_, seed) => draw('undecided', 4, seed).join())).size).toBe(6)
})

test('afterwards each ten have exactly one control, anywhere', () => {
  const places = new Set<number>()
  for (let seed = 0; seed < 200; seed++) {
    const arms = draw('settled', 20, seed)
    for (const block of [arms.slice(0, 10), arms.slice(10)]) {
      expect(block.filter(arm => arm === 'control')).toHaveLength(1)
      places.add(block.indexOf('control'))
    }
  }
  expect(places.size).toBe(10)
})

test('a change of phase begins a new block', () => {
  const { state } = drawArm(undefined, 'undecided', createRandom(1))
  expect(drawArm(state, 'settled', createRandom(1)).state.block).toHaveLength(9)
})

test('a split gives half of the units to each arm, always the same half for a salt, another for another', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `user:${index}`)
  const share = (salt: string): number => ids.filter(id => bucketOf(id, salt) === 'act').length / ids.length
  for (const salt of ['a', 'b', 'trial#1:0', 'trial#1:1']) expect(Math.abs(share(salt) - 0.5)).toBeLessThan(0.02)
  expect(ids.every(id => bucketOf(id, 'a') === bucketOf(id, 'a'))).toBe(true)
  const moved = ids.filter(id => bucketOf(id, 'trial#1:0') !== bucketOf(id, 'trial#1:1')).length / ids.length
  expect(Math.abs(moved - 0.5)).toBeLessThan(0.02)
})
