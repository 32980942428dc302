// The SDK of a sample application, with the instrumentations that a variable names.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { BESIDE } = process.env
const instrumentations = []
if (BESIDE === 'runtime-node') {
  const { RuntimeNodeInstrumentation } = require('@opentelemetry/instrumentation-runtime-node')
  instrumentations.push(new RuntimeNodeInstrumentation())
}
new NodeSDK({ instrumentations }).start()
if (BESIDE === 'host-metrics') {
  const { HostMetrics } = require('@opentelemetry/host-metrics')
  new HostMetrics().start()
}
