import uPlot from 'uplot'
import type { Gauge } from '../../src/wire/messages.ts'
import type { ShownForecast } from '../../src/shown-homeostat.ts'
import { inUnit } from '../format.ts'
import { store } from '../state/store.ts'
import { bandOf, type Place } from './forecast-band.ts'

const HEIGHT = 118
/** Below that there would be nothing but a dot. */
const SHORTEST_SPAN_S = 60
const LINES = 6

/** One chart of one gauge. It is made when it comes into view, and drawn again with each sample. */
export class Chart {
  readonly #plot: uPlot
  #gauge: Gauge
  #forecasts: readonly ShownForecast[]

  constructor(element: HTMLElement, gauge: Gauge, forecasts: readonly ShownForecast[]) {
    this.#gauge = gauge
    this.#forecasts = forecasts
    this.#plot = new uPlot(this.#options(element), this.#data(), element)
  }

  /** Whether this chart has the lines of the gauge. */
  fits(gauge: Gauge): boolean {
    return gauge.series.map(({ id }) => id).join() === this.#gauge.series.map(({ id }) => id).join()
  }

  draw(gauge: Gauge, forecasts: readonly ShownForecast[]): void {
    this.#gauge = gauge
    this.#forecasts = forecasts
    this.#plot.setData(this.#data())
  }

  resize(width: number): void {
    if (width > 0) this.#plot.setSize({ width, height: HEIGHT })
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #data(): uPlot.AlignedData {
    const { at } = store.values
    // uPlot takes null for a gap.
    const lines = this.#gauge.series.map(({ id }) =>
      store.values.of(id).map(value => (Number.isNaN(value) ? null : value)),
    )
    return [[...at], ...lines] as uPlot.AlignedData
  }

  #options(element: HTMLElement): uPlot.Options {
    const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim()
    const axis = (): Partial<uPlot.Axis> => ({
      stroke: () => colour('--muted'),
      font: '11px system-ui, sans-serif',
      ticks: { show: false },
      grid: { stroke: () => colour('--line'), width: 1 },
    })
    return {
      width: Math.max(element.clientWidth, 100),
      height: HEIGHT,
      padding: [6, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 5 }, sync: { key: 'signals' }, drag: { x: false, y: false } },
      scales: {
        x: { time: true, range: (_plot, min, max) => this.#times(min, max) },
        y: { range: (_plot, min, max) => this.#values(min, max) },
      },
      axes: [
        { ...axis(), space: 70, size: 24, values: '{HH}:{mm}:{ss}' },
        {
          ...axis(),
          space: 34,
          size: 54,
          gap: 4,
          values: (_plot, splits) => splits.map(value => inUnit(value, this.#gauge.unit)),
        },
      ],
      series: [
        {},
        ...this.#gauge.series.map((_, place): uPlot.Series => ({
          stroke: () => colour(`--line-${place % LINES}`),
          width: 1.6,
          spanGaps: false,
          points: { show: false },
        })),
      ],
      hooks: {
        drawClear: [plot => this.#drawThreshold(plot, colour)],
        draw: [plot => this.#drawForecasts(plot, colour)],
      },
    }
  }

  #times(min: number | null, max: number | null): [number, number] {
    const end = max ?? Date.now() / 1000
    const horizonS = Math.max(0, ...this.#forecasts.map(({ horizonMs }) => horizonMs / 1000))
    const begin = Math.min(min ?? end, end - SHORTEST_SPAN_S)
    // A forecast gets a third of the chart at least, and no more than half.
    return [begin, horizonS === 0 ? end : end + Math.min(horizonS, end - begin)]
  }

  /** All values and the threshold, with some room. */
  #values(min: number | null, max: number | null): [number, number] {
    const { threshold, unit } = this.#gauge
    const low = Math.min(min ?? threshold, max ?? threshold, threshold, 0 <= (min ?? 0) ? 0 : Infinity)
    const high = Math.max(min ?? threshold, max ?? threshold, threshold)
    const room = (high - low || 1) * 0.12
    const top = unit === 'ratio' && high <= 1 ? Math.min(1.02, high + room) : high + room
    return [low === 0 ? 0 : low - room, top]
  }

  /** A dashed line, and a tint on the side on which the rule holds. */
  #drawThreshold(plot: uPlot, colour: (name: string) => string): void {
    const { ctx, bbox } = plot
    const { threshold, operator } = this.#gauge
    const y = plot.valToPos(threshold, 'y', true)
    if (!Number.isFinite(y)) return
    const { left, top, width, height } = bbox
    const isAbove = operator.startsWith('>')
    ctx.save()
    ctx.fillStyle = colour('--warn-tint')
    if (operator !== '==' && operator !== '!=') {
      if (isAbove) ctx.fillRect(left, top, width, y - top)
      else ctx.fillRect(left, y, width, top + height - y)
    }
    ctx.strokeStyle = colour('--warn')
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(left, y)
    ctx.lineTo(left + width, y)
    ctx.stroke()
    ctx.restore()
  }

  /** The band of the peaks that are expected, as far as the chart reaches: a horizon beyond it is cut off and not moved. */
  #drawForecasts(plot: uPlot, colour: (name: string) => string): void {
    const { ctx, bbox, data } = plot
    const now = data[0].at(-1)
    const band = now === undefined ? undefined : bandOf(this.#forecasts, now)
    if (now === undefined || band === undefined) return
    const x = (time: number): number => plot.valToPos(time, 'x', true)
    const y = (value: number): number => plot.valToPos(value, 'y', true)
    const line = (places: readonly Place[]): void => {
      ctx.beginPath()
      for (const [time, value] of places) ctx.lineTo(x(time), y(value))
    }
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    ctx.fillStyle = ctx.strokeStyle = colour('--accent')
    ctx.globalAlpha = 0.22
    line([...band.high, [band.high.at(-1)![0], band.from]])
    ctx.closePath()
    ctx.fill()
    ctx.globalAlpha = 1
    ctx.lineWidth = devicePixelRatio
    line(band.median)
    ctx.stroke()
    ctx.strokeStyle = colour('--muted')
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(x(now), bbox.top)
    ctx.lineTo(x(now), bbox.top + bbox.height)
    ctx.stroke()
    ctx.restore()
  }
}
