import { guardian, type OwnedProcess } from './guardian.ts'
import { waitUntilReady } from './server-process.ts'

/** The server that was started, and the path that shows when it is ready. */
export interface HttpServerOptions {
  readonly name: string
  readonly port: number
  /** The path that is answered with success as soon as it is ready. */
  readonly path: string
  /** Removed when it ends. */
  readonly folder: string
}

/** A server that is ready, until it is disposed of. */
export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly address: string
}

/** Waits until a server that was just started answers over HTTP; ends it, and says why, when it does not. */
export async function readyOverHttp(
  process: OwnedProcess,
  { name, port, path, folder }: HttpServerOptions,
): Promise<HttpServer> {
  const address = `http://127.0.0.1:${port}`
  await waitUntilReady(process, name, port, () =>
    fetch(`${address}${path}`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      await process.stop('SIGTERM')
      await guardian().remove(folder)
    },
  }
}
