// A list of any length of which only what can be seen is drawn. All rows are equally high, so where a row stands
// is a multiplication, and nothing is measured while one scrolls.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Window {
  first: number;
  /** One behind the last. */
  end: number;
}

/** Rows drawn beyond the edges, so that a fast scroll does not show a blank. */
const SPARE = 8;

export function windowOf(top: number, height: number, rowHeight: number, count: number): Window {
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE);
  return { first: Math.min(first, Math.max(0, end)), end: Math.max(0, end) };
}

interface VirtualListProps<T> {
  items: readonly T[];
  /** CSS pixels. */
  rowHeight: number;
  keyOf(item: T): string;
  children: (item: T, index: number) => ComponentChildren;
  label: string;
  /** The row that is to be in sight; scrolled to when it changes. */
  current?: number | undefined;
}

export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, current } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element || current === undefined || current < 0) return;
    const top = current * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  }, [current, rowHeight]);

  const { first, end } = windowOf(view.top, view.height, rowHeight, items.length);
  return (
    <div
      class="virtual"
      ref={box}
      onScroll={(event) => {
        const { scrollTop, clientHeight } = event.currentTarget;
        setView({ top: scrollTop, height: clientHeight });
      }}
    >
      <ul class="virtual-rows" aria-label={props.label} style={{ height: `${items.length * rowHeight}px` }}>
        {items.slice(first, end).map((item, offset) => (
          <li
            key={props.keyOf(item)}
            class="virtual-row"
            aria-setsize={items.length}
            aria-posinset={first + offset + 1}
            style={{ height: `${rowHeight}px`, transform: `translateY(${(first + offset) * rowHeight}px)` }}
          >
            {props.children(item, first + offset)}
          </li>
        ))}
      </ul>
    </div>
  );
}
