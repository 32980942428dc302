import { signal, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { newsKinds, type NewsItem, type NewsKind } from '../../src/wire/news-item.ts'
import { count, dayOf, timeOf } from '../format.ts'
import { store } from '../state/store.ts'
import { openExplanation } from './explain-dialog.tsx'
import { Empty, Panel } from './panel.tsx'
import { Pill } from './pill.tsx'

/** Pixels; all rows are alike, so that of ten thousand only those in sight are made. */
const ROW = 68
const SPARE_ROWS = 6

const NAMES: Readonly<Record<NewsKind, string>> = {
  alert: 'Alerts',
  decision: 'Decisions',
  refusal: 'Refusals',
  run: 'Runs',
  verdict: 'Verdicts',
  revert: 'Reverts',
  advice: 'Advice',
  proof: 'Proofs',
  mode: 'Mode',
}

const wanted = signal<ReadonlySet<NewsKind>>(new Set())

/** What happened, the latest first. */
export function Timeline(): JSX.Element {
  void store.news.version.value
  const items = store.news.of(wanted.value)
  return (
    <aside class="aside">
      <Panel id="timeline" title="Timeline" aside={count(items.length, 'entry', 'entries')}>
        <Filters />
        {items.length === 0 ? (
          <Empty>
            {wanted.value.size === 0
              ? 'Nothing has happened yet. Alerts, decisions, refusals and verdicts appear here as they come.'
              : 'Nothing of this kind has happened yet.'}
          </Empty>
        ) : (
          // Other kinds are another list, which begins at its top.
          <Rows key={[...wanted.value].join()} items={items} />
        )}
      </Panel>
    </aside>
  )
}

function Filters(): JSX.Element {
  const toggle = (kind: NewsKind): void => {
    const next = new Set(wanted.value)
    if (!next.delete(kind)) next.add(kind)
    wanted.value = next
  }
  return (
    <div class="filters" role="group" aria-label="Show only">
      {newsKinds.map(kind => (
        <button
          key={kind}
          type="button"
          class="chip"
          aria-pressed={wanted.value.has(kind)}
          onClick={() => toggle(kind)}
        >
          {NAMES[kind]}
        </button>
      ))}
    </div>
  )
}

function Rows({ items }: { readonly items: readonly NewsItem[] }): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const height = useSignal(600)
  /** The entry that has the focus, or would get it. */
  const active = useSignal<string | undefined>(undefined)
  const first = useRef<string | undefined>(undefined)
  useEffect(() => {
    const sized = new ResizeObserver(([entry]) => (height.value = entry!.contentRect.height))
    sized.observe(box.current!)
    return () => sized.disconnect()
  }, [])
  // A reader who has scrolled keeps the place when entries come on top.
  useLayoutEffect(() => {
    const element = box.current!
    const added = first.current === undefined ? 0 : items.findIndex(({ id }) => id === first.current)
    if (added > 0 && element.scrollTop > ROW / 2) element.scrollTop += added * ROW
    first.current = items[0]?.id
  }, [items[0]?.id])
  const from = Math.max(0, Math.floor(top.value / ROW) - SPARE_ROWS)
  const to = Math.min(items.length, Math.ceil((top.value + height.value) / ROW) + SPARE_ROWS)
  const activeAt = Math.max(
    0,
    items.findIndex(({ id }) => id === active.value),
  )
  // Somebody who has scrolled away from the active entry comes in at the first one in sight.
  const isInSight = activeAt >= from && activeAt < to
  const tabbedAt = isInSight ? activeAt : Math.min(items.length - 1, Math.ceil(top.value / ROW))
  const move = (place: number): void => {
    const next = Math.min(items.length - 1, Math.max(0, place))
    active.value = items[next]!.id
    const element = box.current!
    if (next * ROW < element.scrollTop) element.scrollTop = next * ROW
    if ((next + 1) * ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = (next + 1) * ROW - element.clientHeight
    requestAnimationFrame(() => element.querySelector<HTMLElement>('[tabindex="0"]')?.focus())
  }
  const page = Math.max(1, Math.floor(height.value / ROW) - 1)
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -Infinity,
    End: Infinity,
  }
  return (
    <div
      class="timeline"
      ref={box}
      role="list"
      aria-label="Entries, the latest first; arrow keys move between them"
      onScroll={event => (top.value = event.currentTarget.scrollTop)}
      onKeyDown={event => {
        const step = steps[event.key]
        if (step === undefined) return
        event.preventDefault()
        move(tabbedAt + step)
      }}
    >
      <div class="timeline-space" style={{ height: `${items.length * ROW}px` }}>
        {items.slice(from, to).map((item, place) => (
          <Row
            key={item.id}
            item={item}
            place={from + place}
            total={items.length}
            isActive={from + place === tabbedAt}
            onFocus={() => (active.value = item.id)}
          />
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  readonly item: NewsItem
  readonly place: number
  readonly total: number
  readonly isActive: boolean
  readonly onFocus: () => void
}

function Row({
  item: { at, kind, tone, tag, text, about, entry },
  place,
  total,
  isActive,
  onFocus,
}: RowProps): JSX.Element {
  return (
    <div
      class={`entry-place tone-${tone} kind-${kind}`}
      role="listitem"
      aria-posinset={place + 1}
      aria-setsize={total}
      style={{ transform: `translateY(${place * ROW}px)` }}
    >
      <button
        type="button"
        class="entry"
        title={text}
        tabIndex={isActive ? 0 : -1}
        onFocus={onFocus}
        onClick={() => openExplanation({ id: about, entry, text })}
      >
        <span class="entry-head">
          <time dateTime={new Date(at).toISOString()} title={dayOf(at)}>
            {timeOf(at)}
          </time>
          <Pill tone={tone}>{tag}</Pill>
        </span>
        <span class="entry-text">{text}</span>
      </button>
    </div>
  )
}
