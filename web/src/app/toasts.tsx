// Short notices of what was done, or what went wrong where nothing else on the page could say so.
import { signal } from '@preact/signals';
import { asProblem } from '../api/problem';
import { words } from '../words';

interface Toast {
  id: number;
  kind: 'done' | 'wrong';
  text: string;
  action?: { label: string; run: () => void } | undefined;
}

const toasts = signal<Toast[]>([]);
let next = 1;

export function toast(text: string, kind: Toast['kind'] = 'done', action?: Toast['action']): void {
  const id = next++;
  toasts.value = [...toasts.value.slice(-3), { id, kind, text, action }];
  setTimeout(() => dismiss(id), kind === 'wrong' ? 12_000 : 5_000);
}

export function toastProblem(error: unknown): void {
  toast(asProblem(error).message, 'wrong');
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((item) => item.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((item) => (
        <div key={item.id} class={`toast toast-${item.kind}`}>
          <span>{item.text}</span>
          {item.action && (
            <button
              type="button"
              class="button button-quiet"
              onClick={() => {
                item.action?.run();
                dismiss(item.id);
              }}
            >
              {item.action.label}
            </button>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={words.dismiss}
            onClick={() => dismiss(item.id)}
          >
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
