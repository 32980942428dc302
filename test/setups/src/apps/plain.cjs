// The same as a CommonJS module.
const { metrics } = require('@opentelemetry/api')
const { openShop } = require('./shop.cjs')

console.log(`provider: ${metrics.getMeterProvider().constructor.name}`)
openShop(metrics)
