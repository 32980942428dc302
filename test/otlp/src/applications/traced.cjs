// An application that traces, and has no SDK for metrics. It prints the spans of its own requests, and of any other.
const { AsyncLocalStorage } = require('node:async_hooks')
const { context, ROOT_CONTEXT, trace } = require('@opentelemetry/api')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')
const { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace')

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
const storage = new AsyncLocalStorage()
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, work, self, ...args) => storage.run(active, () => work.apply(self, args)),
  bind: (_, work) => work,
  enable() {},
  disable() {},
})
registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation()] })

const { createServer, request } = require('node:http')
const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  request(url, response => response.resume()).end()
  void fetch(url)
})
setTimeout(() => {
  console.log(JSON.stringify(exporter.getFinishedSpans().map(({ name, kind }) => `${kind} ${name}`)))
  process.exit()
}, 2000)
