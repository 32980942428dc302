import { Workload } from './workload.ts'
let now = Date.UTC(2026, 0, 1)
const w = new Workload(() => now)
const ticks = Number(process.argv[2] ?? 200)
const t: number[] = []
let cpu0 = process.cpuUsage()
for (let i = 0; i < ticks; i++) {
  w.serve()
  const b = performance.now()
  const e = w.optimizer.tick(now)
  t.push(performance.now() - b)
  now += 5000
  if (i % 50 === 0) await new Promise(r => setImmediate(r))
  if (i === ticks - 1)
    console.log(e.firings.length, e.pending.length, e.refusals.length, e.failures.length, w.optimizer.store.stats)
}
const s = t.slice(50).toSorted((a, b) => a - b)
console.log(
  'mean',
  s.reduce((a, b) => a + b) / s.length,
  'p50',
  s[s.length >> 1],
  'p95',
  s[Math.floor(s.length * 0.95)],
  'max',
  s.at(-1),
  'first',
  t[0],
  t[1],
)
