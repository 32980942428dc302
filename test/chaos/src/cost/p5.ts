import { Workload } from './workload.ts'
let now = Date.UTC(2026, 0, 1)
const w = new Workload(() => now)
for (let i = 0; i < 200; i++) {
  w.serve()
  now += 5000
  w.optimizer.tick(now)
  if (i % 10 === 0) await new Promise(r => setImmediate(r))
}
const d = (globalThis as any).__steps.slice(80) as number[][]
const n = d[0]!.length
const med = Array.from({ length: n }, (_, i) => d.map(x => x[i]!).sort((a, b) => a - b)[d.length >> 1]!)
console.log(
  'steps',
  n,
  'sum of medians',
  med.reduce((a, b) => a + b),
  'top',
  med
    .map((m, i) => [i, +m.toFixed(3)] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 12)
    .join(' | '),
)
