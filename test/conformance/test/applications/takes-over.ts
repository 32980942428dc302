// An application whose instrumentation was registered before there was an SDK, and whose reader is attached later.
import { metrics } from '@opentelemetry/api'
import { Shop, ShopInstrumentation } from '../sample-instrumentation.ts'

const shop = new Shop()
const instrumentation = new ShopInstrumentation(shop)
instrumentation.setMeterProvider(metrics.getMeterProvider())
instrumentation.enable()
const producer = instrumentation.registry.producer()
shop.sell('tea', 2)
console.log(JSON.stringify(producer.read().metrics.map(metric => metric.descriptor.name)))
