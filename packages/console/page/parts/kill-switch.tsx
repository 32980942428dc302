import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { change } from '../state/ask.ts'
import { store } from '../state/store.ts'

/** Stops all actions after a question, and lets them go on. */
export function KillSwitch(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const error = useSignal('')
  const isAsking = useSignal(false)
  const { stoppedBy, heldBy } = store.sections.process.value
  useEffect(() => {
    if (isAsking.value) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isAsking.value])
  const send = async (what: 'stop' | 'resume'): Promise<void> => {
    error.value = ''
    try {
      await change(what)
      isAsking.value = false
    } catch (failure) {
      error.value = failure instanceof Error ? failure.message : String(failure)
    }
  }
  const failure = error.value !== '' && (
    <p class="error" role="alert">
      It did not work: {error.value}.
    </p>
  )
  const ask = (): void => {
    error.value = ''
    isAsking.value = true
  }
  const isDisabled = store.connection.value.state !== 'live'
  return (
    <>
      {stoppedBy === undefined ? (
        <button type="button" class="button button-stop" disabled={isDisabled} onClick={ask}>
          Stop actions
        </button>
      ) : (
        <button
          type="button"
          class="button button-main"
          disabled={isDisabled || heldBy !== undefined}
          title={heldBy === undefined ? undefined : `stopped by ${heldBy}, which is released where it was set`}
          onClick={() => void send('resume')}
        >
          Resume actions
        </button>
      )}
      {!isAsking.value && failure}
      <dialog ref={dialog} class="question" aria-labelledby="stop-title" onClose={() => (isAsking.value = false)}>
        <h2 id="stop-title">Stop all actions of this process?</h2>
        <p>
          Running actions are aborted, changes that last are reverted, and nothing new starts. Measuring and deciding go
          on, so that you see what would be done.
        </p>
        {isAsking.value && failure}
        <div class="question-actions">
          <button type="button" class="button" onClick={() => (isAsking.value = false)}>
            Cancel
          </button>
          <button type="button" class="button button-stop" onClick={() => void send('stop')}>
            Stop all actions
          </button>
        </div>
      </dialog>
    </>
  )
}
