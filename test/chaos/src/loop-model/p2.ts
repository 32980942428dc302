import { createTrace } from './trace.ts'
import { checkTrace } from './world.ts'
const n = Number(process.argv[2]),
  from = Number(process.argv[3] ?? 0)
const sum: Record<string, number> = {}
let shown = 0,
  bad = 0
const t = performance.now()
for (let i = 0; i < n; i++) {
  const c = await checkTrace(createTrace(from + i))
  for (const [k, v] of Object.entries(c)) if (typeof v === 'number') sum[k] = (sum[k] ?? 0) + v
  if (c.violations.length) {
    bad++
    if (shown++ < 12) console.log(from + i, c.violations.slice(0, 3))
  }
}
console.log(
  sum,
  'bad',
  bad,
  'ms/trace',
  (performance.now() - t) / n,
  'cpu ms/trace',
  process.cpuUsage().user / 1000 / n,
)
