import { signal } from '@preact/signals'

/** The time of this machine, every second. */
export const clock = signal(Date.now())
setInterval(() => {
  if (!document.hidden) clock.value = Date.now()
}, 1000)
