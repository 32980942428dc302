import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Diary, Orders } from './diary.ts'
import { TcpProxy } from '@homeostat/services'

/** One process of the fleet, its wire to the server, and the trouble it is given. */
export class FleetProcess implements AsyncDisposable {
  readonly wire: TcpProxy
  readonly #child: ChildProcess
  /** One trouble at a time. */
  inTrouble = false

  private constructor(wire: TcpProxy, orders: Orders) {
    this.wire = wire
    const program = new URL('./process.ts', import.meta.url)
    this.#child = fork(program, [JSON.stringify(orders)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
  }

  static async start(server: URL, orders: Omit<Orders, 'url'>): Promise<FleetProcess> {
    const wire = await TcpProxy.to({ host: server.hostname, port: Number(server.port) })
    const url = new URL(server)
    url.port = String(wire.port)
    const process = new FleetProcess(wire, { ...orders, url: url.href })
    await once(process.#child, 'message')
    return process
  }

  async suffer(trouble: 'stopped' | 'cut' | 'stalled', ms: number): Promise<void> {
    this.inTrouble = true
    if (trouble === 'stopped') this.#child.kill('SIGSTOP')
    else this.wire.set(trouble)
    await delay(ms)
    if (trouble === 'stopped') this.#child.kill('SIGCONT')
    else this.wire.set('open')
    this.inTrouble = false
  }

  /** Lets it finish what it is at, and reads what it did. */
  async finish(): Promise<Diary> {
    this.#child.send('finish')
    const [diary] = (await once(this.#child, 'message')) as [Diary]
    await once(this.#child, 'exit')
    return diary
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.wire[Symbol.asyncDispose]()
  }
}
