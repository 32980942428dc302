// Starts NodeSDK itself, which makes its readers from OTEL_… variables.
import { metrics } from '@opentelemetry/api'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { openShop } from './shop.cjs'

new NodeSDK({ instrumentations: [] }).start()
openShop(metrics)
