import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorType } from '@homeostat/signals'
import { Feed } from '../feed/feed.ts'
import type { ShownHomeostat } from '../shown-homeostat.ts'
import { COMMANDS, readBody } from './commands.ts'
import { Gate } from './gate.ts'
import { PageFiles } from './page-files.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { MOST_VIEWERS, Viewers } from './viewers.ts'

/** A record that is longer is not shown. */
const LONGEST_EXPLANATION = 500_000
const LONGEST_ID = 500

/** Answers the requests to the console. A request that fails gets an answer as well, and never reaches the application. */
export class Answers implements Disposable {
  readonly #homeostat: ShownHomeostat
  readonly #gate: Gate
  readonly #files = new PageFiles()
  readonly #viewers: Viewers
  readonly #feed: Feed

  /** @param onFault - takes what failed, in one line */
  constructor(homeostat: ShownHomeostat, token: string | undefined, onFault: (text: string) => void) {
    this.#homeostat = homeostat
    this.#gate = new Gate(token)
    this.#viewers = new Viewers(() => this.#feed.end())
    this.#feed = new Feed(homeostat, this.#viewers.send, error =>
      onFault(`the console could not show a tick: ${errorType(error)}`),
    )
  }

  /** Pages that look now. */
  get viewers(): number {
    return this.#viewers.count
  }

  /** Whether it follows the loop. */
  get isFollowing(): boolean {
    return this.#feed.isOn
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => response.destroy())
    this.#answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else reply(response, 500, { error: errorType(error) })
    })
  };

  [Symbol.dispose](): void {
    this.#viewers[Symbol.dispose]()
    this.#feed.end()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    const { method = 'GET', url = '/', headers } = request
    if (!URL.canParse(url, 'http://console')) return reply(response, 404, { error: 'there is no such page' })
    const { pathname, searchParams } = new URL(url, 'http://console')
    const command = Object.hasOwn(COMMANDS, pathname) ? COMMANDS[pathname] : undefined
    const isPublic = this.#files.has(pathname)
    const rejection = this.#gate.rejectionOf({ headers, isPublic, isChange: command !== undefined })
    if (rejection) return reply(response, rejection.status, { error: rejection.text })
    if (method !== (command ? 'POST' : 'GET')) {
      response.setHeader('allow', command ? 'POST' : 'GET')
      return reply(response, 405, { error: 'this method is not allowed here' })
    }
    if (isPublic) return this.#files.answer(pathname, request, response)
    if (command) return this.#obey(command, await readBody(request), response)
    if (pathname === '/events') return this.#follow(response)
    if (pathname === '/explain')
      return this.#explain(searchParams.get('id') ?? '', searchParams.get('entry') ?? '', response)
    reply(response, 404, { error: 'there is no such page' })
  }

  #follow(response: ServerResponse): void {
    const send = this.#viewers.add(response)
    if (send === undefined)
      return reply(response, 503, { error: `${MOST_VIEWERS} pages look at this process already: close one of them` })
    this.#feed.begin(send)
  }

  /** What is known of something now; where that is nothing, of the tick in which it happened. */
  #explain(id: string, entry: string, response: ServerResponse): void {
    const known = this.#known(id) ?? this.#known(entry)
    if (known === undefined) return reply(response, 404, { error: 'nothing is known of it any more' })
    const text = JSON.stringify(known)
    reply(response, 200, text.length > LONGEST_EXPLANATION ? { ...known, record: 'too long to be shown' } : text)
  }

  #known(name: string): { readonly line: string; readonly record: unknown; readonly of: string } | undefined {
    const explanation = name === '' || name.length > LONGEST_ID ? undefined : this.#homeostat.explain(name)
    return explanation && { line: explanation.line, record: explanation.record, of: name }
  }

  #obey(command: (typeof COMMANDS)[string], body: unknown, response: ServerResponse): void {
    const refused = command(this.#homeostat, body)
    this.#feed.refresh()
    if (refused !== undefined) return reply(response, refused.status, { error: refused.error })
    const { state } = this.#homeostat.optimizer.killSwitch
    reply(response, 200, { mode: this.#homeostat.optimizer.mode, stoppedBy: state.tripped ? state.by : undefined })
  }
}

function reply(response: ServerResponse, status: number, body: object | string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
