import { oldestSdk, runOnLine, sdkLines } from '@homeostat/conformance'
import { describe, expect, test } from 'vitest'
import type { BesideOthers } from '../src/beside-others.ts'

const script = new URL('../src/beside-others.ts', import.meta.url)

describe('rules beside host-metrics and runtime-node see what a Prometheus would see', () => {
  test.concurrent.each([oldestSdk, ...sdkLines])('2-31, 2-35: $name', async line => {
    const { firing } = await runOnLine<BesideOthers>(line, script)

    // Their series under a name of ours match from the first collection on, and stay when ours appear.
    expect(firing.map(alerts => alerts.includes('Theirs'))).toEqual(Array(12).fill(true))
    expect(firing.slice(2).every(alerts => alerts.includes('TheirLevel'))).toBe(true)
    expect(firing.every(alerts => alerts.includes('Ours'))).toBe(true)
    // Nothing is busy only because a counter was first seen.
    expect(firing.flat().filter(alert => alert.endsWith('Busy'))).toEqual([])
  })
})
