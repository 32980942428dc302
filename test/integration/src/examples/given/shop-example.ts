import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { redis } from './servers.ts'
import { products } from './ioredis.ts'

export { healing } from '../../../../../examples/shop/src/healing.ts'

export const shop = { loaders: [products], queuePrefix: 'bull', service: 'shop', redis, shop: { name: 'shop' } }

export const readers: readonly PrometheusExporter[] = [new PrometheusExporter({ preventServerStart: true })]
