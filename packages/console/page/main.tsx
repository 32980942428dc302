import { render } from 'preact'
import { App } from './app.tsx'
import { connect } from './state/connect.ts'

render(<App />, document.querySelector('#page')!)
void connect()
