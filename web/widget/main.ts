// The one script tag: defines the element and puts one on the page, unless the page has its own.

import { FirstlineChat, setScriptServer } from './element';
import { ATTRIBUTES } from './settings';

const NAME = 'firstline-chat';

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  setScriptServer(new URL(script.src, location.href).origin);
}

function place(): void {
  if (document.querySelector(NAME)) {
    return;
  }
  const element = document.createElement(NAME);
  for (const attribute of ATTRIBUTES) {
    const given = script?.getAttribute(`data-${attribute}`);
    if (given != null) {
      element.setAttribute(attribute, given);
    }
  }
  document.body.append(element);
}

// Loaded twice, it is there once.
if (!customElements.get(NAME)) {
  customElements.define(NAME, FirstlineChat);
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', place);
  } else {
    place();
  }
}
