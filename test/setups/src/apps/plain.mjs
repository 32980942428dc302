// An ES module that knows nothing of Homeostat, with an SDK that somebody else has started.
import { metrics } from '@opentelemetry/api'
import { openShop } from './shop.cjs'

console.log(`provider: ${metrics.getMeterProvider().constructor.name}`)
openShop(metrics)
