const undos = new Set<() => Promise<void>>()

/** One listener for all, so that many of us in a process are not taken for a leak. */
function onBeforeExit(): void {
  for (const undo of undos) void undo()
}

/**
 * Undoes something when the event loop has nothing left to do, which keeps the process alive until that is done. It does not
 * run at `process.exit()`, at a signal, or at a crash: nothing that takes time can.
 */
export function undoBeforeExit(undo: () => Promise<void>): Disposable {
  if (undos.size === 0) process.on('beforeExit', onBeforeExit)
  undos.add(undo)
  return {
    [Symbol.dispose]: () => {
      undos.delete(undo)
      if (undos.size === 0) process.off('beforeExit', onBeforeExit)
    },
  }
}
