// An application that knows nothing of Homeostat but for its last lines, which report what happened, for the test.
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'

const { SDK_FOLDER, SDK_STARTS, OTEL_EXPORTER_PROMETHEUS_PORT: port } = process.env
const { metrics } = createRequire(SDK_FOLDER)('@opentelemetry/api')
if (SDK_STARTS === 'in the application') {
  await sleep(300)
  await import('./sdk.mjs')
}
const sawProvider = metrics.getMeterProvider().constructor.name.startsWith('MeterProvider')
const orders = metrics.getMeter('shop').createCounter('shop.orders')
orders.add(7, { kind: 'book' })
metrics.getMeter('shop').createHistogram('shop.total', { unit: 's' }).record(3)
metrics
  .getMeter('shop')
  .createObservableGauge('shop.stock')
  .addCallback(result => result.observe(5))

/** The exporter may not listen yet. */
const scrape = async () => {
  for (;;) {
    try {
      return await (await fetch(`http://localhost:${port}/metrics`)).text()
    } catch {
      await sleep(50)
    }
  }
}
let alerts = []
let text = await scrape()
const until = performance.now() + 20_000
const h = process.env.WITHOUT === undefined ? (await import('homeostat/register')).registered : undefined
while (!alerts.includes(process.env.AWAITED) && performance.now() < until) {
  if (h === undefined) break
  await sleep(100)
  text = await scrape()
  alerts = h.alerts().map(({ alert }) => alert)
}
const report = h?.report()
console.log(JSON.stringify({ sawProvider, text, alerts, attachedTo: report?.attachedTo, findings: report?.findings }))
process.exit()
