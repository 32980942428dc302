import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { connect } from '../state/connect.ts'
import { store } from '../state/store.ts'
import { keepToken } from '../state/token.ts'
import { Logo } from './logo.tsx'

/** Asks for the token where the console has one. */
export function TokenForm({ isRefused }: { readonly isRefused: boolean }): JSX.Element {
  const token = useSignal('')
  const enter = (event: Event): void => {
    event.preventDefault()
    keepToken(token.value.trim())
    store.connection.value = { state: 'connecting' }
    void connect()
  }
  return (
    <main class="lock">
      <form class="panel lock-form" onSubmit={enter}>
        <h1>
          <Logo /> Homeostat
        </h1>
        <p>This console has a token. It is kept in this tab and nowhere else.</p>
        {isRefused && (
          <p class="error" role="alert">
            The process does not accept this token.
          </p>
        )}
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          required
          value={token.value}
          onInput={event => (token.value = event.currentTarget.value)}
        />
        <button type="submit" class="button button-main">
          Open
        </button>
      </form>
    </main>
  )
}
