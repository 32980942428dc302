// The same as measured.mjs, of the other kind.
require('@opentelemetry/api').metrics.getMeter('shop').createCounter('shop.orders').add(7)
setTimeout(() => console.log('done'), Number(process.env.RUNS_MS))
