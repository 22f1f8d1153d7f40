// What the pages of supervisors and administrators have in common: heading, trouble, emptiness, folded details.
import type { ComponentChildren } from 'preact';
import type { Problem } from '../../api/problem';

export function PageHead(props: { title: string; lead?: string; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.lead && <p class="lead">{props.lead}</p>}
      </div>
      {props.children && <div class="page-actions">{props.children}</div>}
    </header>
  );
}

/** What went wrong, with a way to try again. What was there before stays in sight above or below it. */
export function Trouble(props: { problem: Problem | undefined; again?: () => void }) {
  if (!props.problem) return null;
  return (
    <div class="trouble" role="alert">
      <p>{props.problem.message}</p>
      {props.problem.fields.map((field) => (
        <p key={field.pointer} class="trouble-field">
          {field.pointer.slice(1).replaceAll('/', ' ')}: {field.detail}
        </p>
      ))}
      {props.again && (
        <button type="button" class="button" onClick={props.again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty(props: { children: ComponentChildren }) {
  return <p class="empty">{props.children}</p>;
}

export function Reading() {
  return (
    <p class="empty" role="status">
      One moment …
    </p>
  );
}

/** JSON as it came, folded away. */
export function Raw(props: { summary: string; value: unknown }) {
  return (
    <details class="raw">
      <summary>{props.summary}</summary>
      <pre>{JSON.stringify(props.value, null, 2)}</pre>
    </details>
  );
}

/** A table that scrolls sideways on small screens, by keyboard too. */
export function Table(props: { label: string; head: string[]; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <section class="table-frame" aria-label={props.label} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {props.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}

export function More(props: { more: (() => void) | undefined; busy: boolean }) {
  if (!props.more) return null;
  return (
    <p class="more">
      <button type="button" class="button" disabled={props.busy} onClick={props.more}>
        {props.busy ? 'One moment …' : 'Show more'}
      </button>
    </p>
  );
}
