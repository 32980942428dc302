import type { ComponentChildren, JSX } from 'preact'

interface PanelProps {
  readonly id: string
  readonly title: string
  /** Beside the title, e.g. a number. */
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
}

/** A part of the page with a title, which the navigation leads to. */
export function Panel({ id, title, aside, children }: PanelProps): JSX.Element {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside !== undefined && <div class="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}

/** What a part shows while there is nothing to show. */
export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>
}
