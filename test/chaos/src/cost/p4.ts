import { setImmediate as turn } from 'node:timers/promises'
import { Workload } from './workload.ts'
let now = Date.UTC(2026, 0, 1)
const w = new Workload(() => now)
const ms = (c: number) => c
const worst: number[] = []
const all: number[] = []
const tickMs: number[] = []
for (let i = 0; i < 200; i++) {
  w.serve()
  now += 5000
  let done = false
  const p = w.optimizer.tickInSlices(now).then(e => {
    done = true
    return e
  })
  let longest = 0
  let sum = 0
  let b = performance.now(),
    c = performance.now()
  while (!done) {
    await turn()
    const n = performance.now(),
      d = performance.now()
    const cpu = ms(d) - ms(c)
    if (i >= 60) all.push(cpu)
    longest = Math.max(longest, cpu)
    sum += cpu
    b = n
    c = d
  }
  if (i >= 60) {
    worst.push(longest)
    tickMs.push((await p).durationMs)
  }
}
worst.sort((a, b) => a - b)
all.sort((a, b) => a - b)
tickMs.sort((a, b) => a - b)
console.log(
  'slices',
  all.length,
  'p50',
  all[all.length >> 1],
  'p99',
  all[Math.floor(all.length * 0.99)],
  'longest',
  worst.at(-1),
  'tick worst p50',
  worst[worst.length >> 1],
  'tick ms p50',
  tickMs[tickMs.length >> 1],
  'max',
  tickMs.at(-1),
)
{
  const gaps: number[] = []
  let b = performance.now()
  const end = b + 1500
  while (b < end) {
    await turn()
    const n = performance.now()
    gaps.push(n - b)
    b = n
  }
  gaps.sort((a, b) => a - b)
  console.log(
    'idle turns',
    gaps.length,
    'p99.9',
    gaps[Math.floor(gaps.length * 0.999)],
    'longest',
    gaps.at(-1),
    'over 2ms',
    gaps.filter(g => g > 2).length,
    'per busy second',
    gaps.filter(g => g > 2).length / 1.5,
  )
  console.log(
    'slices over 2 ms',
    all.filter(g => g > 2).length,
    'of',
    all.length,
    'busy seconds',
    all.reduce((a, b) => a + b) / 1000,
  )
}
