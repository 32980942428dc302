import { stat } from 'node:fs/promises'
import { after } from '@homeostat/signals'

/** An operator waits for a second without noticing. */
const POLL_MS = 1000

/**
 * Calls back when any of the files has been changed, replaced, made or removed, and once at the beginning, so that no change
 * between a first reading and now is lost.
 *
 * It polls: file events do not come through network mounts, and are lost where a mounted file is replaced by a link to
 * another, as Kubernetes does it. A file system that hangs is asked one question at a time. Never keeps the process alive.
 *
 * @param onChange - must not throw: nobody could report it
 */
export function watchFiles(paths: readonly string[], onChange: () => void, pollMs: number = POLL_MS): Disposable {
  let known: string | undefined
  let isClosed = false
  let timer: Disposable | undefined
  const poll = async (): Promise<void> => {
    const found = (await Promise.all(paths.map(identityOf))).join('\n')
    if (isClosed) return
    timer = after(pollMs, poll)
    if (found === known) return
    known = found
    onChange()
  }
  timer = after(pollMs, poll)
  return {
    [Symbol.dispose]: () => {
      isClosed = true
      timer?.[Symbol.dispose]()
    },
  }
}

/** Changes whenever the file does. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join()
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
