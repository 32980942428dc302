import { Redis } from 'ioredis'
import { startRedis } from '@homeostat/services'
import { TcpProxy } from '../src/fleet/tcp-proxy.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { createRedisCoordinator } from '@homeostat/ioredis/domain'
const names = new WeakMap<object, string>()
const proto = Redis.prototype as any
const send = proto.sendCommand
proto.sendCommand = function (command: any, ...rest: any[]) {
  const p = send.call(this, command, ...rest)
  names.set(
    command.promise,
    command.name + ' ' + this.options.connectionName + ' ' + new Error().stack!.split('\n').slice(2, 6).join('|'),
  )
  if (p) names.set(p, 'returned ' + command.name + ' ' + this.options.connectionName)
  return p
}
let n = 0
process.on('unhandledRejection', (e: any, p) => {
  if (n++ < 5) console.log('UNHANDLED', e.message, names.get(p as any))
})
const server = await startRedis()
const proxy = await TcpProxy.to({ host: server.host, port: server.port })
const url = `redis://127.0.0.1:${proxy.port}`
const client = new Redis(url, process.argv[2] === 'dup' ? { lazyConnect: true } : { maxRetriesPerRequest: 0 })
client.on('error', () => {})
const c = createRedisCoordinator({ client, service: 'x', timeoutMs: 200 })
let ok = 0,
  bad = 0
const end = Date.now() + 8000
void (async () => {
  while (Date.now() < end) {
    proxy.set((['open', 'cut', 'stalled', 'open'] as const)[Math.floor(Math.random() * 4)]!)
    await delay(Math.random() * 150)
  }
})()
while (Date.now() < end) {
  await c.beat('a', 100).then(
    () => ok++,
    () => bad++,
  )
  await delay(5)
}
console.log({ ok, bad, unhandled: n })
process.exit()
