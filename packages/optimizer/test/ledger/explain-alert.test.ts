import { afterEach, expect, test, vi } from 'vitest'
import { Loop, relieve } from '../loop.ts'

afterEach(() => void vi.restoreAllMocks())

const loopOf = (): Loop =>
  new Loop({
    actions: [relieve(async () => ({ summary: 'relieved', effects: {} }))],
    modeOf: () => 'advise',
    rules: [
      { alert: 'PressureHigh', expr: 'test_pressure > 0.8', for: '10s', keepFiringFor: '20s' },
      { record: 'pressure:double', expr: 'test_pressure * 2' },
    ],
  })

test('an alert is explained in each of its states', async () => {
  const loop = loopOf()
  const line = (): string | undefined => loop.optimizer.explain('PressureHigh')?.line
  expect(line()).toBe('PressureHigh is not firing: test_pressure > 0.8 has not been evaluated yet')
  await loop.run(0, () => 0.5)
  expect(line()).toBe('PressureHigh is not firing: test_pressure > 0.8 does not hold now')
  await loop.run(5000, () => 0.9)
  expect(line()).toBe('PressureHigh is pending (value 0.9): it fires in 10 s if its condition holds until then')
  await loop.run(20_000, () => 0.9)
  expect(line()).toMatch(/^PressureHigh is firing \(value 0.9\): \S/)
  await loop.run(30_000, () => 0.5)
  expect(line()).toMatch(
    /^PressureHigh is firing \(value 0.9\): .*its condition has not held for 5 s, and it ends if that stays so/,
  )
  await loop.run(60_000, () => 0.5)
  expect(line()).toMatch(/^PressureHigh is not firing: .* does not hold now; it ended last at 2026-01-01T00:00:[45]\d/)
})

test('a recording rule is explained, and a name that no rule has is not', async () => {
  const loop = loopOf()
  await loop.run(0, () => 0.5)
  expect(loop.optimizer.explain('pressure:double')?.line).toBe('pressure:double records test_pressure * 2')
  expect(loop.optimizer.explain('PressureLow')).toBeUndefined()
})

test('an older tick does not count as none what it has not kept', async () => {
  const loop = loopOf()
  await loop.run(400_000, () => 0.9)
  const line = (id: number): string => loop.optimizer.explain(String(id))!.line
  expect(line(3)).toContain('1 began to fire, 1 began to be refused')
  expect(line(4)).toContain('0 began to fire, 0 began to be refused')
  expect(line(4)).toContain('alerts and refusals that went on are not kept any more')
  expect(line(80)).toContain('1 firing, 1 refused')
})

test('times are those of a clock that was set since the start', async () => {
  const loop = loopOf()
  await loop.run(20_000, () => 0.9)
  await loop.run(60_000, () => 0.5)
  const { now } = Date
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000)
  const { line, record } = loop.optimizer.explain('PressureHigh')!
  expect(line).toMatch(/it ended last at 2026-01-01T01:00:/)
  expect(new Date((record as { endedAt: number }).endedAt).toISOString()).toMatch(/^2026-01-01T01:00:/)
  expect(loop.optimizer.explain('1')!.line).toMatch(/^tick 1 at (?:2026-01-01T01:00:00|2026-01-01T00:59:59)/)
})
