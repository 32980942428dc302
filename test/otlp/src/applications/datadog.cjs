// An application on dd-trace, which its flags have started. It has a counter of its own and makes one request.
const { createRequire } = require('node:module')
const { createServer, request } = require('node:http')
const { metrics } = createRequire(process.env.DATADOG_FOLDER)('@opentelemetry/api')

const orders = metrics.getMeter('shop').createCounter('shop.orders')
orders.add(7, { kind: 'book' })
const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1', () => {
  request(`http://127.0.0.1:${server.address().port}/`, response => response.resume()).end()
})
const end = async () => {
  server.close()
  const { registered } = await import('homeostat/register')
  console.log(JSON.stringify({ report: registered?.report() }))
  process.exit()
}
setTimeout(() => void end(), Number(process.env.RUNS_MS))
