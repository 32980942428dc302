/** How the HPA is set; the defaults are those of Kubernetes. */
export interface AutoscalerOptions {
  /** `averageValue`: how much of the metric one pod carries. */
  readonly perPod: number
  readonly least?: number
  readonly most?: number
  readonly tolerance?: number
  readonly stabilizationSeconds?: number
}

/**
 * The algorithm of the HorizontalPodAutoscaler for an external metric with `averageValue`, which is also what KEDA's scalers run
 * on: desired = ceil(metric / averageValue), unless metric / (averageValue * pods) is within 10 % of 1; down to the highest
 * recommendation of the last 300 s; up by at most 4 pods or 100 % per 15 s. A metric that is missing changes nothing.
 * (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, pkg/controller/podautoscaler)
 */
export class Autoscaler {
  readonly #options: Required<AutoscalerOptions>
  #recommended: { readonly at: number; readonly pods: number }[] = []

  constructor(options: AutoscalerOptions) {
    this.#options = { least: 1, most: 200, tolerance: 0.1, stabilizationSeconds: 300, ...options }
  }

  /** To be called once per sync period, every 15 s. */
  desired(now: number, pods: number, metric: number | undefined): number {
    if (metric === undefined) return pods
    const { perPod, least, most, tolerance, stabilizationSeconds } = this.#options
    const ratio = metric / (perPod * pods)
    const recommended = Math.abs(ratio - 1) <= tolerance ? pods : Math.ceil(metric / perPod - 1e-9)
    this.#recommended = this.#recommended.filter(({ at }) => at > now - stabilizationSeconds)
    this.#recommended.push({ at: now, pods: recommended })
    const highest = Math.max(...this.#recommended.map(one => one.pods))
    const stable = recommended < pods ? Math.min(pods, highest) : recommended
    const limited = Math.min(stable, Math.max(pods + 4, pods * 2))
    return Math.min(most, Math.max(least, limited))
  }
}
