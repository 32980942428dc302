import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freshLife, mostSpent, nextGeneration, spentOf, type EndedGeneration, type Life } from '../../src/life/life.ts'

const DAY_MS = 86_400_000

const ended = (effect: number, at: number, direction: 'up' | 'down' = 'down'): EndedGeneration => ({
  statistics: {
    acts: 24,
    controls: 24,
    unmatched: 0,
    unusable: 0,
    look: 24,
    effect,
    interval: [effect - 0.05, effect + 0.05],
  },
  direction,
  at,
})

test('generation g gets W / (g (g + 1)) while the earlier ones lean no way', () => {
  let life = freshLife()
  for (let generation = 1; generation <= 200; generation++) {
    expect(life.alpha.better).toBeCloseTo(0.015 / (generation * (generation + 1)), 12)
    expect(life.alpha.worse).toBeCloseTo(0.05 / (generation * (generation + 1)), 12)
    life = nextGeneration(life)
  }
})

test('whatever was found before, no life spends more than it has', () => {
  const effect = fc.double({ min: -0.9, max: 5, noNaN: true }).map(value => value || 0)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(effect, fc.nat(100)), { maxLength: 250 }),
      fc.constantFrom('up' as const, 'down' as const),
      (found, direction) => {
        let life: Life = freshLife()
        let spent = { ...life.alpha }
        let at = 0
        for (const [measured, days] of found) {
          at += days * DAY_MS
          life = nextGeneration(life, ended(measured, at, direction))
          expect(life.alpha.better).toBeGreaterThan(0)
          expect(life.alpha.worse).toBeGreaterThan(0)
          spent = { better: spent.better + life.alpha.better, worse: spent.worse + life.alpha.worse }
        }
        expect(spent.better).toBeLessThanOrEqual(0.015 + 1e-12)
        expect(spent.worse).toBeLessThanOrEqual(0.05 + 1e-12)
        expect(spentOf(life).better).toBeCloseTo(spent.better / 0.015, 9)
        expect(JSON.parse(JSON.stringify(life))).toEqual(life)
      },
    ),
  )
})

test('of two processes with one life, the one that has spent more counts on each side', () => {
  const better = nextGeneration(nextGeneration(freshLife(), ended(-0.2, 0)), ended(-0.2, DAY_MS))
  const worse = nextGeneration(nextGeneration(freshLife(), ended(0.2, 0)), ended(0.2, DAY_MS))
  const both = mostSpent(better, worse)
  expect(both.left).toEqual({ better: better.left.better, worse: worse.left.worse })
  expect(mostSpent(worse, better)).toMatchObject({ generation: 3, alpha: both.alpha, left: both.left })
  expect(mostSpent(freshLife(), better)).toEqual(better)
})

describe('what earlier generations found', () => {
  test('gives their side twice the share, and the other the usual one', () => {
    const usual = nextGeneration(freshLife())
    const better = nextGeneration(nextGeneration(freshLife(), ended(-0.2, 0)), ended(-0.2, DAY_MS))
    const worse = nextGeneration(nextGeneration(freshLife(), ended(0.2, 0)), ended(0.2, DAY_MS))
    const neither = nextGeneration(nextGeneration(freshLife(), ended(0, 0)), ended(0, DAY_MS))
    expect(neither.alpha).toEqual(nextGeneration(usual).alpha)
    expect(better.alpha.better).toBeGreaterThan(neither.alpha.better)
    expect(better.alpha.worse).toBe(neither.alpha.worse)
    expect(worse.alpha.worse).toBeGreaterThan(neither.alpha.worse)
    expect(nextGeneration(freshLife(), ended(0.2, 0, 'up')).alpha.better).toBe(better.left.better === 0 ? 0 : 0.00375)
  })

  test('counts for less the older it is', () => {
    const old = nextGeneration(freshLife(), ended(-0.3, 0))
    const opposite = nextGeneration(old, ended(0.1, 400 * DAY_MS))
    expect(opposite.alpha.better).toBeLessThan(opposite.left.better)
    expect(opposite.alpha.worse / (opposite.alpha.worse + opposite.left.worse)).toBeCloseTo(0.5, 9)
  })

  test('is forgotten but for the latest twelve', () => {
    let life = freshLife()
    for (let index = 0; index < 40; index++) life = nextGeneration(life, ended(0.01, index))
    expect(life.earlier).toHaveLength(12)
    expect(life.earlier.at(-1)).toMatchObject({ at: 39, size: 24 })
  })
})
