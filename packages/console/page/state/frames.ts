/** Work of one frame: the browser has the rest of the 16 ms for itself. */
const SLICE_MS = 6

const waiting = new Map<object, () => void>()
let isScheduled = false

/** Does work in one of the next frames, so that many charts do not hold one up. The later work of one owner replaces the earlier. */
export function inFrames(owner: object, work: () => void): void {
  waiting.set(owner, work)
  schedule()
}

/** The owner is gone. */
export function outOfFrames(owner: object): void {
  waiting.delete(owner)
}

function schedule(): void {
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    const began = performance.now()
    for (const [owner, work] of waiting) {
      waiting.delete(owner)
      work()
      if (performance.now() - began > SLICE_MS) break
    }
    if (waiting.size > 0) schedule()
  })
}
