import { once } from 'node:events'
import { createServer } from 'node:net'
import { findFreePort } from '../src/index.ts'

/** A port on which somebody else listens. */
export async function holdPort(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer(socket => socket.destroy())
  const port = await findFreePort()
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const close = async (): Promise<void> => void (await new Promise(resolve => server.close(resolve)))
  return { port, [Symbol.asyncDispose]: close }
}
