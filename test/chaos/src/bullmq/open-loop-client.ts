// A process that asks a route at fixed times, whether the requests before were answered or not, and sends its parent how long each took
// from the time at which it was due. So a server that stands still is seen by all that would have come.
import { Agent, get } from 'node:http'

const port = Number(process.argv[2])
const EVERY_MS = 10

const agent = new Agent({ keepAlive: true, maxSockets: 500 })
let tookMs: number[] = []
let open = 0
let dueAt = performance.now()

function ask(due: number): void {
  open++
  const done = (): void => {
    open--
    tookMs.push(performance.now() - due)
  }
  get({ port, host: '127.0.0.1', agent }, response => response.resume().on('end', done)).on('error', done)
}

setInterval(() => {
  for (; dueAt <= performance.now(); dueAt += EVERY_MS) ask(dueAt)
}, 1)

process.on('message', message => {
  if (message === 'begin') {
    tookMs = []
    return
  }
  // The last requests are answered before it counts.
  const timer = setInterval(() => {
    if (open > 1) return
    clearInterval(timer)
    process.send?.(tookMs)
  }, 1)
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
