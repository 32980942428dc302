import type { JSX } from 'preact'

/** Entries of one list or object that are shown; a record may hold thousands of samples. */
const MOST_SHOWN = 100
/** Levels that are open from the start. */
const OPEN_LEVELS = 2

interface RecordTreeProps {
  readonly value: unknown
  readonly level?: number
}

/** A value of JSON, with parts to open and close. */
export function RecordTree({ value, level = 0 }: RecordTreeProps): JSX.Element {
  if (typeof value !== 'object' || value === null)
    return <span class={`leaf leaf-${typeof value}`}>{leafText(value)}</span>
  const entries = Object.entries(value)
  if (entries.length === 0) return <span class="leaf">{Array.isArray(value) ? 'none' : '{}'}</span>
  // Samples are pairs of numbers: one line each.
  if (Array.isArray(value) && value.every(each => typeof each === 'number'))
    return <span class="leaf leaf-number">{value.join(', ')}</span>
  return (
    <ul class="tree">
      {entries.slice(0, MOST_SHOWN).map(([name, each]) => (
        <li key={name}>
          <TreeEntry name={name} value={each} level={level} />
        </li>
      ))}
      {entries.length > MOST_SHOWN && <li class="muted">{entries.length - MOST_SHOWN} more</li>}
    </ul>
  )
}

function TreeEntry({
  name,
  value,
  level,
}: {
  readonly name: string
  readonly value: unknown
  readonly level: number
}): JSX.Element {
  const isLong = typeof value === 'object' && value !== null && JSON.stringify(value).length > 60
  if (!isLong)
    return (
      <>
        <span class="tree-name">{name}</span> <RecordTree value={value} level={level + 1} />
      </>
    )
  return (
    <details open={level < OPEN_LEVELS && !Array.isArray(value)}>
      <summary>
        <span class="tree-name">{name}</span>{' '}
        <span class="muted">{Array.isArray(value) ? `${value.length} entries` : ''}</span>
      </summary>
      <RecordTree value={value} level={level + 1} />
    </details>
  )
}

function leafText(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
