import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

interface PageFile {
  readonly type: string
  readonly body: Buffer
  readonly zipped: Buffer
  readonly tag: string
}

const compress = promisify(gzip)

/** The files of the page by their address. They are read, and compressed once, when somebody first asks. */
export class PageFiles {
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined

  has(path: string): boolean {
    return ['/', '/console.js', '/console.css', '/icon.svg'].includes(path)
  }

  async answer(path: string, { headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = (await (this.#files ??= filesOfPage())).get(path)!
    const cached = { etag: file.tag, 'cache-control': 'no-cache', vary: 'accept-encoding' }
    if (headers['if-none-match'] === file.tag) return void response.writeHead(304, cached).end()
    const isZipped = /\bgzip\b/.test(String(headers['accept-encoding']))
    const encoding = isZipped ? { 'content-encoding': 'gzip' } : {}
    const body = isZipped ? file.zipped : file.body
    response.writeHead(200, { ...cached, ...encoding, 'content-type': file.type, 'content-length': body.length })
    response.end(body)
  }
}

async function filesOfPage(): Promise<ReadonlyMap<string, PageFile>> {
  const { html, script, style, icon } = await import('./page-texts.ts')
  const texts = [
    ['/', 'text/html; charset=utf-8', html],
    ['/console.js', 'text/javascript; charset=utf-8', script],
    ['/console.css', 'text/css; charset=utf-8', style],
    ['/icon.svg', 'image/svg+xml', icon],
  ] as const
  const files = texts.map(async ([path, type, text]) => {
    const body = Buffer.from(text)
    const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`
    return [path, { type, body, zipped: await compress(body), tag }] as const
  })
  return new Map(await Promise.all(files))
}
