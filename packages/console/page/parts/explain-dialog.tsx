import { signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { explain, type Answer } from '../state/ask.ts'
import { CopyButton } from './copy-button.tsx'
import { RecordTree } from './record-tree.tsx'

interface Question {
  /** A trial, an alert, advice or a tick; empty for the whole tick of an entry. */
  readonly id: string
  /** The tick in which it happened, and what the timeline says of it. */
  readonly entry?: number
  readonly text?: string
}

interface Asked extends Question {
  readonly answer?: Answer
  readonly error?: string
}

const asked = signal<Asked | undefined>(undefined)

/** Opens the explanation of a trial, an alert, advice or a tick. */
export function openExplanation(question: Question): void {
  asked.value = question
  void answerTo(question).then(found => {
    // Another one may have been asked for since, or the dialog was closed.
    if (asked.peek() === question) asked.value = found
    return found
  })
}

async function answerTo(question: Question): Promise<Asked> {
  try {
    return { ...question, answer: await explain(question.id, question.entry) }
  } catch (error) {
    return { ...question, error: error instanceof Error ? error.message : String(error) }
  }
}

/** A word that leads to an explanation. */
export function Explained({
  id,
  children,
}: {
  readonly id: string
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    <button type="button" class="link" onClick={() => openExplanation({ id })}>
      {children}
    </button>
  )
}

/** The explanation, over the page. */
export function ExplainDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const now = asked.value
  const isOpen = now !== undefined
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
    else dialog.current?.close()
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-labelledby="explain-title"
      onClose={() => (asked.value = undefined)}
      onClick={event => {
        if (event.target === dialog.current) asked.value = undefined
      }}
    >
      {now && (
        <div class="drawer-body">
          <header class="drawer-head">
            <h2 id="explain-title">{now.id || `Tick ${now.entry}`}</h2>
            <button type="button" class="button" onClick={() => (asked.value = undefined)}>
              Close
            </button>
          </header>
          {now.entry !== undefined && <Then {...now} entry={now.entry} />}
          {now.error !== undefined && <p class="empty">No explanation: {now.error}.</p>}
          {now.answer === undefined && now.error === undefined && <p class="empty">Asking…</p>}
          {now.answer && (
            <>
              <p class="drawer-line">{now.answer.line}</p>
              <div class="drawer-actions">
                <h3>Record</h3>
                <CopyButton text={JSON.stringify(now.answer.record, undefined, 2)} what="the record as JSON" />
              </div>
              <RecordTree value={now.answer.record} />
            </>
          )}
        </div>
      )}
    </dialog>
  )
}

/** What was so in the tick of an entry: the answer below may be about the present. */
function Then({ id, entry, text, answer }: Asked & { readonly entry: number }): JSX.Element {
  return (
    <>
      {text !== undefined && text !== answer?.line && <p class="strong">{text}</p>}
      {id !== '' && answer?.of !== String(entry) && (
        <p class="muted">
          <Explained id={String(entry)}>Tick {entry}</Explained>
          {answer && ', and what is known now:'}
        </p>
      )}
    </>
  )
}
