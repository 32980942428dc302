import { Redis } from 'ioredis'
const names = new WeakMap()
const proto = Redis.prototype
const send = proto.sendCommand
proto.sendCommand = function (command, ...rest) {
  const p = send.call(this, command, ...rest)
  const at = new Error().stack.split('\n').slice(2, 7).join('|')
  names.set(command.promise, command.name + ' ' + this.options.connectionName + ' ' + at)
  if (p) names.set(p, 'returned ' + command.name + ' ' + this.options.connectionName + at)
  return p
}
process.on('unhandledRejection', (e, p) => {
  console.error('UNHANDLED', e.message, names.get(p))
  process.exit(1)
})
