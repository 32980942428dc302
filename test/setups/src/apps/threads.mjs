// Sells in a worker thread; flags such as --import run in each thread.
import { isMainThread, Worker } from 'node:worker_threads'
import { metrics } from '@opentelemetry/api'
import { openShop } from './shop.cjs'

if (isMainThread) {
  metrics.getMeter('shop-front').createCounter('shop.visits').add(2)
  new Worker(new URL(import.meta.url))
} else openShop(metrics)
