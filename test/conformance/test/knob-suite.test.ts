import type { Knob } from '@homeostat/optimizer'
import { describeKnob } from '../src/index.ts'

let concurrency = 8

const knob: Knob = {
  name: 'worker.concurrency',
  scope: 'process',
  keptIn: 'memory',
  bounds: { min: 1, max: 50, step: 10, grain: 1 },
  read: () => concurrency,
  actions: { 'worker.rest': { factor: 0.5 } },
  compareAndSet(expected, next) {
    if (concurrency !== expected) return false
    concurrency = next
    return true
  },
}

const subject = {
  prepare: () => void (concurrency = 8),
  value: () => concurrency,
  setByHand: (value: number) => void (concurrency = value),
}

describeKnob('a knob in memory', { ...subject, create: () => knob })
describeKnob('a knob whose value outlives the process', { ...subject, create: () => ({ ...knob, keptIn: 'outside' }) })
