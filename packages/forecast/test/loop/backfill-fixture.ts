import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Forecaster } from '../../src/forecaster.ts'
import { startBackfill } from '../../src/loop/backfill.ts'
import type { BackfillOptions } from '../../src/loop/backfill-options.ts'
import type { BackfillResult, BackfillWork } from '../../src/loop/backfill-work.ts'
import { forecaster } from '../machine.ts'

/** A forecaster a target, rebuilt as the loop does it. */
export class Bench {
  readonly forecasters = new Map<string, Forecaster>()
  readonly samples = new Map<string, (readonly [ms: number, value: number])[]>()
  readonly faults: Error[] = []
  readonly #live = new Map<string, [number, number][]>()

  observe(name: string, ms: number, value: number): void {
    this.forecasters.get(name)?.observe(ms, value)
    this.#live.get(name)?.push([ms, value])
  }

  work(targets: Readonly<Record<string, string>>, now: number, more: Partial<BackfillWork> = {}): BackfillWork {
    for (const name of Object.keys(targets)) this.forecasters.set(name, forecaster())
    return {
      targets: Object.entries(targets).map(([name, expr]) => ({ name, expr })),
      now,
      pausesMs: [5, 5],
      onFault: fault => this.faults.push(fault),
      rebuild: name => this.#rebuild(name),
      ...more,
    }
  }

  #rebuild(name: string): ReturnType<BackfillWork['rebuild']> {
    const fresh = forecaster()
    const taken: [number, number][] = []
    const live: [number, number][] = []
    this.#live.set(name, live)
    return {
      observe: (ms, value) => {
        taken.push([ms, value])
        fresh.observe(ms, value)
      },
      finish: () => {
        for (const [ms, value] of live) fresh.observe(ms, value)
        this.forecasters.set(name, fresh)
        this.samples.set(name, taken)
        this.#live.delete(name)
      },
      cancel: () => void this.#live.delete(name),
    }
  }

  /** Rebuilds that are neither finished nor cancelled. */
  get open(): readonly string[] {
    return [...this.#live.keys()]
  }
}

/** From start to end. */
export async function backfilled(
  bench: Bench,
  options: BackfillOptions,
  targets: Readonly<Record<string, string>>,
  now: number,
  more: Partial<BackfillWork> = {},
): Promise<readonly BackfillResult[]> {
  return startBackfill(options, bench.work(targets, now, more)).done
}

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly params: URLSearchParams
}

/** What a server answers: a status with headers, or the points of one series. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly error?: string }
  | { readonly valueAt: (ms: number) => number | undefined }

export interface FakeServer extends AsyncDisposable {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Requests in progress at once, at most. */
  readonly mostAtOnce: () => number
}

/** A server that knows a metric `load` and gives the answers that a test sets. */
export async function startServer(
  answer: (asked: Asked, index: number) => Answer | Promise<Answer>,
): Promise<FakeServer> {
  const asked: Asked[] = []
  let [now, most] = [0, 0]
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    most = Math.max(most, ++now)
    response.on('close', () => now--)
    const url = new URL(request.url!, 'http://server')
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const params = request.method === 'GET' ? url.searchParams : new URLSearchParams(body)
    const one: Asked = { path: url.pathname, headers: request.headers, params }
    asked.push(one)
    const said = await answer(one, asked.length - 1)
    if ('status' in said) {
      const { status, headers = {}, error } = said
      const text = error === undefined ? 'no' : JSON.stringify({ status: 'error', errorType: 'bad_data', error })
      return void response.writeHead(status, headers).end(text)
    }
    const data = url.pathname.endsWith('/values') ? ['load'] : { resultType: 'matrix', result: resultOf(params, said) }
    response.end(JSON.stringify({ status: 'success', data }))
  }
  const server = createServer((request, response) => void respond(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: () => new Promise(resolve => (server.closeAllConnections(), server.close(() => resolve()))),
  }
}

function resultOf(params: URLSearchParams, { valueAt }: Extract<Answer, { valueAt: unknown }>): object[] {
  const [start, end, step] = ['start', 'end', 'step'].map(name => Number(params.get(name))) as [number, number, number]
  const values: [number, string][] = []
  for (let at = start; at <= end; at += step) {
    const value = valueAt(at * 1000)
    if (value !== undefined) values.push([at, String(value)])
  }
  return values.length === 0 ? [] : [{ metric: {}, values }]
}
