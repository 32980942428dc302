import type { ComponentChildren, JSX } from 'preact'
import type { Tone } from '../../src/wire/news-item.ts'

/** A word with a colour of its own; the word alone says everything. */
export function Pill({
  tone,
  children,
}: {
  readonly tone: Tone | 'accent'
  readonly children: ComponentChildren
}): JSX.Element {
  return <span class={`pill pill-${tone}`}>{children}</span>
}

const VERDICT_TONES: Readonly<Record<string, Tone>> = {
  effective: 'good',
  harmful: 'bad',
  failed: 'bad',
  palliative: 'warn',
}

/** The verdict on trials. */
export function VerdictPill({ verdict }: { readonly verdict: string }): JSX.Element {
  return <Pill tone={VERDICT_TONES[verdict] ?? 'plain'}>{verdict.replace('_', ' ')}</Pill>
}

const MODE_TONES: Readonly<Record<string, Tone | 'accent'>> = { act: 'accent', off: 'bad' }

/** How far an action may go. */
export function ModePill({ mode }: { readonly mode: string }): JSX.Element {
  return <Pill tone={MODE_TONES[mode] ?? 'plain'}>{mode}</Pill>
}
