import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

const SHOWN_MS = 2000

interface Copied {
  readonly text: string
  /** What it is, for people who hear the page. */
  readonly what: string
  /** @default Copy */
  readonly label?: string
}

/** Copies a text, and says so. */
export function CopyButton({ text, what, label = 'Copy' }: Copied): JSX.Element {
  const outcome = useSignal('')
  const copy = async (): Promise<void> => {
    outcome.value = (await copied(text)) ? 'Copied' : 'Select it and copy it by hand'
    setTimeout(() => (outcome.value = ''), SHOWN_MS)
  }
  return (
    <button type="button" class="button" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      <span aria-live="polite">{outcome.value || label}</span>
    </button>
  )
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without TLS only the loopback address has a clipboard.
    return copiedBySelection(text)
  }
}

function copiedBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  ;(document.querySelector('dialog[open]') ?? document.body).append(area)
  area.select()
  // The only way without a secure context; browsers keep it for that.
  // oxlint-disable-next-line typescript/no-deprecated
  const isDone = document.execCommand('copy')
  area.remove()
  return isDone
}
