// What every application here does: series of its own, and an HTTP server that answers itself.
exports.openShop = metrics => {
  const meter = metrics.getMeter('shop')
  const orders = meter.createCounter('shop.orders')
  orders.add(4, { kind: 'book' })
  orders.add(3, { kind: 'book' })
  orders.add(1, { kind: 'toy' })
  meter.createHistogram('shop.total', { unit: 's' }).record(3, { paid: true })
  meter.createUpDownCounter('shop.carts').add(2)
  meter.createObservableGauge('shop.stock').addCallback(result => result.observe(5))
  const server = require('node:http').createServer((_request, response) => response.end('ok'))
  const visit = async () => {
    const url = `http://127.0.0.1:${server.address().port}/`
    for (let i = 0; i < 3; i++) await (await fetch(url)).text()
    console.log('shop: open')
  }
  server.listen(0, '127.0.0.1', () => void visit())
}
