// The same as a CommonJS module.
const { metrics } = require('@opentelemetry/api')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { openShop } = require('./shop.cjs')

new NodeSDK({ instrumentations: [] }).start()
openShop(metrics)
