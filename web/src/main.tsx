// Where the console begins.
import { render } from 'preact';
import { App } from './app/app';
import { followAddress } from './app/router';
import { loadSession } from './app/session';
import { followTheme } from './app/theme';
import { tick } from './parts/clock';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';

followAddress();
followTheme();
tick();
void loadSession();

const root = document.getElementById('app');
if (root) render(<App />, root);
