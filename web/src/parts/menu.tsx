// A button with a list of things to do under it, by mouse and by arrow keys.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  label: string;
  run(): void;
  /** Of a choice among several: whether it is the one in force. */
  chosen?: boolean | undefined;
  danger?: boolean | undefined;
  disabled?: boolean | undefined;
  keyHint?: string | undefined;
}

interface MenuProps {
  label: string;
  items: (MenuItem | 'line')[];
  children: ComponentChildren;
  /** Class of the button. */
  look?: string;
}

export function Menu({ label, items, children, look = 'button button-plain' }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return undefined;
    entries(box.current)[0]?.focus();
    const away = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    event.stopPropagation();
    if (event.key === 'Tab') setOpen(false);
    else if (event.key === 'Escape') close();
    else if (move(event.key, entries(box.current))) event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that bubble up from the entries are read here
    <div class="menu" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class={look}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div class="menu-list" role="menu" id={id} aria-label={label}>
          {items.map((item, at) =>
            item === 'line' ? (
              <hr key={`line-${at}`} />
            ) : (
              <Entry key={item.label} item={item} close={close} />
            ),
          )}
        </div>
      )}
    </div>
  );
}

function Entry({ item, close }: { item: MenuItem; close(): void }) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role that takes aria-checked is there when it is set
    <button
      type="button"
      role={item.chosen === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={item.chosen}
      class={item.danger ? 'menu-item menu-item-danger' : 'menu-item'}
      disabled={item.disabled}
      tabIndex={-1}
      onClick={() => {
        close();
        item.run();
      }}
    >
      <span class="menu-mark" aria-hidden="true">
        {item.chosen ? '✓' : ''}
      </span>
      <span>{item.label}</span>
      {item.keyHint && (
        <kbd class="key" aria-hidden="true">
          {item.keyHint}
        </kbd>
      )}
    </button>
  );
}

function entries(box: HTMLElement | null): HTMLButtonElement[] {
  return [...(box?.querySelectorAll<HTMLButtonElement>('.menu-item:not(:disabled)') ?? [])];
}

/** Whether the key meant a movement. */
function move(key: string, all: HTMLButtonElement[]): boolean {
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
  if (to === undefined) return false;
  all.at(to % Math.max(1, all.length))?.focus();
  return true;
}
