import { describeKnob } from '@homeostat/conformance'
import { describe, expect, it } from 'vitest'
import { Compression } from '../../src/compression/compression.ts'
import { createCompressionKnob } from '../../src/compression/compression-knob.ts'

let compression = new Compression()

describeKnob('http.compression', {
  create: () => createCompressionKnob(compression),
  prepare() {
    compression = new Compression()
    compression.register()
  },
  value: () => compression.step,
  setByHand: value => compression.set(value),
})

describe('http.compression is not ready', () => {
  it('in an application that does not compress through it', () => {
    expect(createCompressionKnob(new Compression()).unready?.({ by: 1 })).toContain('compressionForFastify')
  })

  it('at its last and first step', () => {
    const levels = new Compression()
    levels.register()
    const knob = createCompressionKnob(levels)
    levels.set(5)
    expect(knob.unready?.({ by: 1 })).toBe('compression is at its last step')
    expect(knob.unready?.({ by: -1 })).toBeUndefined()
    levels.set(0)
    expect(knob.unready?.({ by: -1 })).toBe('compression is at its first step')
  })

  it('where the next step was measured to send no fewer bytes on any route', () => {
    const levels = new Compression()
    levels.register()
    const knob = createCompressionKnob(levels)
    const { measurements } = levels.plan('/orders', 'zstd').routeClass
    for (let body = 0; body < 5; body++) measurements.add('zstd', [1000, 300, 280, 290, 250, 250])
    expect(knob.unready?.({ by: 1 })).toBe('step 3 makes the bodies of no route smaller than step 2')
  })
})
