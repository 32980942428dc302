import type { Knob } from 'homeostat'
import type { PageSetting, PageSettings } from './page-settings.ts'

export type Arm = 'act' | 'control'

/** The value that one request has, and its half while a trial divides requests. */
export interface SettingOfRequest {
  readonly value: number
  readonly arm: Arm | undefined
}

/** A setting of the pages as a knob, which may differ between requests while a trial compares two values. */
export class SettingKnob {
  readonly knob: Knob
  readonly #settings: PageSettings
  readonly #setting: PageSetting
  #divided: { readonly arms: (unit: string) => Arm; readonly control: number } | undefined

  constructor(
    settings: PageSettings,
    setting: PageSetting,
    { name, bounds, divisible }: Pick<Knob, 'name' | 'bounds'> & { readonly divisible: boolean },
  ) {
    this.#settings = settings
    this.#setting = setting
    this.knob = {
      name,
      scope: 'process',
      // The file outlives the process, so the way back is written down before it is changed.
      keptIn: 'outside',
      bounds,
      read: () => settings.reread(setting),
      compareAndSet: (expected, next) => settings.compareAndSet(setting, expected, next),
      ...(divisible && {
        divide: (arms: ((unit: string) => Arm) | undefined, control: number) => {
          this.#divided = arms && { arms, control }
        },
      }),
    }
  }

  /** @param request - its id */
  of(request: string): SettingOfRequest {
    const value = this.#settings.values[this.#setting]
    if (this.#divided === undefined) return { value, arm: undefined }
    const arm = this.#divided.arms(request)
    return { value: arm === 'act' ? value : this.#divided.control, arm }
  }
}
