import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Gauge } from '../../src/wire/messages.ts'
import type { ShownForecast } from '../../src/shown-homeostat.ts'
import { duration, inUnit, inWords } from '../format.ts'
import { inFrames, outOfFrames } from '../state/frames.ts'
import { store } from '../state/store.ts'
import { Chart } from './chart.ts'
import { Explained } from './explain-dialog.tsx'
import { Pill } from './pill.tsx'

/** Names of lines below a chart. */
const MOST_NAMES = 4

interface SignalCardProps {
  readonly gauge: Gauge
  readonly state: 'firing' | 'pending' | undefined
  readonly forecasts: readonly ShownForecast[]
}

/** One number, its threshold, and how it went. */
export function SignalCard({ gauge, state, forecasts }: SignalCardProps): JSX.Element {
  const { name, kind, description, expr, operator, threshold, isPart, unit, series, leftOut } = gauge
  void store.sampled.value
  const value = worst(gauge)
  const shown = value === undefined ? '–' : inUnit(value, unit)
  const limit = `${kind === 'rule' ? 'fires' : 'limit'} ${operator} ${inUnit(threshold, unit)}${isPart ? ', and more' : ''}`
  return (
    <li class={state === undefined ? 'signal' : `signal is-${state}`}>
      <div class="row-head">
        <h3 title={description || expr}>{kind === 'rule' ? <Explained id={name}>{inWords(name)}</Explained> : name}</h3>
        {state && <Pill tone={state === 'firing' ? 'warn' : 'plain'}>{state}</Pill>}
        {kind === 'forecast' && <Pill tone="accent">forecast</Pill>}
      </div>
      <p class="signal-value">
        <strong>{shown}</strong> <span class="muted">{limit}</span>
      </p>
      <Plot gauge={gauge} forecasts={forecasts} label={`${inWords(name)}: now ${shown}, ${limit}`} />
      {forecasts.map(({ horizonMs, probability, peak, explanation, mayAct }) => (
        <p key={horizonMs} class="muted signal-forecast" title={explanation}>
          <strong>{Math.round(probability * 100)} %</strong> likely to reach the limit within {duration(horizonMs)}
          {peak &&
            `, half of the times no higher than ${inUnit(peak.median, unit)}, nine of ten no higher than ${inUnit(peak.high, unit)}`}
          {!mayAct && ', not proven yet'}
        </p>
      ))}
      {series.length > 1 && (
        <ul class="lines">
          {series.slice(0, MOST_NAMES).map(({ id, labels }, place) => (
            <li key={id} title={labels}>
              <i class={`line line-${place % 6}`} />
              {labels || 'all'}
            </li>
          ))}
          {series.length + leftOut > MOST_NAMES && (
            <li class="muted">{series.length + leftOut - Math.min(series.length, MOST_NAMES)} more</li>
          )}
        </ul>
      )}
    </li>
  )
}

/** The value that is closest to the side on which the rule holds. */
export function worst({ series, operator }: Gauge): number | undefined {
  const values = series.flatMap(({ id }) => store.values.last(id) ?? [])
  if (values.length === 0) return undefined
  return operator.startsWith('<') ? Math.min(...values) : Math.max(...values)
}

function Plot({
  gauge,
  forecasts,
  label,
}: {
  readonly gauge: Gauge
  readonly forecasts: readonly ShownForecast[]
  readonly label: string
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null)
  const latest = useRef({ gauge, forecasts })
  latest.current = { gauge, forecasts }
  useEffect(() => {
    const box = element.current!
    let chart: Chart | undefined
    let isSeen = false
    const draw = (): void => {
      if (!isSeen) return
      const { gauge, forecasts } = latest.current
      if (chart && !chart.fits(gauge)) {
        chart.destroy()
        chart = undefined
      }
      if (chart) chart.draw(gauge, forecasts)
      else chart = new Chart(box, gauge, forecasts)
    }
    const later = (): void => inFrames(box, draw)
    const seen = new IntersectionObserver(
      entries => {
        isSeen = entries.at(-1)!.isIntersecting
        // A chart out of sight costs no memory: a page may have hundreds.
        if (isSeen) later()
        else {
          outOfFrames(box)
          chart?.destroy()
          chart = undefined
        }
      },
      { rootMargin: '200px' },
    )
    seen.observe(box)
    const sized = new ResizeObserver(() => chart?.resize(box.clientWidth))
    sized.observe(box)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', later)
    const end = store.sampled.subscribe(later)
    return () => {
      end()
      seen.disconnect()
      sized.disconnect()
      dark.removeEventListener('change', later)
      outOfFrames(box)
      chart?.destroy()
    }
  }, [])
  return <div class="plot" ref={element} role="img" aria-label={label} />
}
