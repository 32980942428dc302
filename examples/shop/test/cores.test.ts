import { describe, expect, it } from 'vitest'
import { coreTimes, groupsOf, idleShare, sharingText, wasShort } from '../src/demo/cores.ts'

describe('the lanes', () => {
  it('run side by side where there is a core for each, else each alone', () => {
    expect(groupsOf(['plain', 'homeostat'], 2)).toEqual([['plain', 'homeostat']])
    expect(groupsOf(['plain', 'homeostat'], 1)).toEqual([['homeostat'], ['plain']])
    expect(groupsOf(['plain', 'static', 'homeostat'], 2)).toEqual([['homeostat'], ['static'], ['plain']])
    expect(groupsOf(['plain', 'static', 'homeostat'], 3)).toHaveLength(1)
    expect(groupsOf(['homeostat'], 0)).toEqual([['homeostat']])
  })

  it('say how they share the machine with each other, and when it has too little left', () => {
    expect(sharingText(['plain', 'homeostat'], 2, 0.95)).toBe(
      'They run side by side, and together take up to 1.2 cores, servers and visitors included; 1.9 of 2 are idle now.',
    )
    expect(sharingText(['plain', 'homeostat'], 2, 0.1)).toMatch(
      /; 0\.2 of 2 are idle now\. That is too few\. Shops will wait for a core/,
    )
    expect(sharingText(['plain', 'static', 'homeostat'], 2, 1)).toMatch(
      /^They run one after the other, because there is no core for each of them\. Each takes up to 0\.6 cores/,
    )
    expect(sharingText(['homeostat'], 2, 1)).toMatch(/^It takes up to 0\.6 cores/)
  })
})

describe('the cores', () => {
  it('are in use for the share of the time in which they were not idle', () => {
    const from = { idleMs: 1000, totalMs: 5000 }
    expect(idleShare(from, { idleMs: 1500, totalMs: 7000 })).toBe(0.25)
    expect(idleShare(from, from)).toBe(1)
    expect(coreTimes().totalMs).toBeGreaterThan(coreTimes().idleMs)
    expect([0.05, 0.3].map(wasShort)).toEqual([true, false])
  })
})
