import type { JSX } from 'preact'

/** A value that is kept between two bounds. */
export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path class="logo-bounds" d="M5 9h22M5 23h22" />
      <path class="logo-value" d="M5 16c3 0 3.5-5 6-5s3.5 9 6.5 9 3-5.5 5-5.500 2.500 1.500 4.500 1.500" />
    </svg>
  )
}
