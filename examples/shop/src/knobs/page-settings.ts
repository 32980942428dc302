import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Settings of the pages. */
export interface PageValues {
  /** Offers on the page of the sale. */
  readonly offers: number
  /** 1: product pages ask the recommendation service. */
  readonly recommendations: number
  /** Nothing reads it. */
  readonly placebo: number
}

export type PageSetting = keyof PageValues

export const USUAL_PAGES: PageValues = { offers: 400, recommendations: 0, placebo: 0 }

/**
 * The settings of the pages, in a file that also people edit. It outlives the process, whatever ends it. All calls are synchronous, so
 * that nothing of this process comes between a comparison and its write.
 */
export class PageSettings {
  readonly #file: string | undefined
  #values: PageValues

  /** @param file - without one, the settings live in memory */
  constructor(file: string | undefined) {
    this.#file = file
    this.#values = this.#read() ?? USUAL_PAGES
    this.#write()
  }

  get values(): PageValues {
    return this.#values
  }

  /** What is in the file now. */
  reread(setting: PageSetting): number {
    this.#values = this.#read() ?? this.#values
    return this.#values[setting]
  }

  /** Sets a value unless somebody else has set another one. */
  compareAndSet(setting: PageSetting, expected: number, next: number): boolean {
    if (this.reread(setting) !== expected) return false
    this.#values = { ...this.#values, [setting]: next }
    this.#write()
    return true
  }

  #read(): PageValues | undefined {
    if (this.#file === undefined) return undefined
    try {
      return { ...USUAL_PAGES, ...(JSON.parse(readFileSync(this.#file, 'utf8')) as Partial<PageValues>) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  #write(): void {
    if (this.#file === undefined) return
    // A reader never sees half of a file.
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#values))
    renameSync(`${this.#file}.new`, this.#file)
  }
}
