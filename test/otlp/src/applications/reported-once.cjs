// An application whose HTTP is measured by OpenTelemetry's own instrumentations and by Homeostat, perhaps by two of them. It serves
// and sends a few requests, and prints who has exported how many.
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics')
const { homeostat } = require('homeostat')

const { requests, exportDoubles, isTwice } = JSON.parse(process.argv[2])

class OnDemand extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}

const reader = new OnDemand()
const all = Array.from({ length: isTwice ? 2 : 1 }, () => homeostat({ exportDoubles, autoStart: false }))
for (const h of all) h.attach(reader)
const meterProvider = new MeterProvider({ readers: [reader] })
registerInstrumentations({
  meterProvider,
  instrumentations: [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    ...all.flatMap(h => [...h.instrumentations]),
  ],
})
// Loaded now, so that the instrumentation patches it.
const http = require('node:http')

const get = url =>
  new Promise((resolve, reject) => {
    http.get(url, response => response.resume().on('close', resolve)).on('error', reject)
  })

async function main() {
  const server = http.createServer((_request, response) => response.end('{}'))
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  for (let at = 0; at < requests; at++) {
    await (await fetch(url)).text()
    await get(url)
  }
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  await new Promise(resolve => setTimeout(resolve, 50))
  const { resourceMetrics } = await reader.collect()
  const counts = {}
  for (const { scope, metrics } of resourceMetrics.scopeMetrics)
    for (const { descriptor, dataPoints } of metrics) {
      if (!/^http\.(?:client|server)\.request\.duration$/.test(descriptor.name)) continue
      const own = (counts[descriptor.name] ??= {})
      // Two scopes of one name would be two reports as well.
      for (const { value } of dataPoints) own[scope.name] = (own[scope.name] ?? 0) + value.count
    }
  for (const h of all) await h.stop()
  console.log(JSON.stringify({ counts }))
  process.exit()
}

void main()
