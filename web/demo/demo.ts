// The demo page's own switches: light or dark, and the language of the chat. What was chosen is kept for the next visit.

const KEPT = 'fernhollow:theme';

const button = document.querySelector<HTMLButtonElement>('#theme');
const language = document.querySelector<HTMLSelectElement>('#language');
const ask = document.querySelector<HTMLButtonElement>('#ask');

function widget(): Element | null {
  return document.querySelector('firstline-chat');
}

function show(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme;
  button?.setAttribute('aria-pressed', String(theme === 'dark'));
  widget()?.setAttribute('theme', theme);
}

function preferred(): 'light' | 'dark' {
  const kept = localStorage.getItem(KEPT);
  const dark = kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  return dark ? 'dark' : 'light';
}

button?.addEventListener('click', () => {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEPT, theme);
  show(theme);
});

language?.addEventListener('change', () => {
  const chat = widget();
  chat?.setAttribute('locale', language.value);
  // The heading and what to ask are the page's own, and English.
  for (const attribute of ['heading', 'starters']) {
    chat?.toggleAttribute(attribute, false);
  }
});

ask?.addEventListener('click', () => {
  widget()?.shadowRoot?.querySelector<HTMLButtonElement>('.launcher')?.click();
});

// The widget's script is deferred too, and comes after this one.
addEventListener('load', () => {
  show(preferred());
});
show(preferred());
