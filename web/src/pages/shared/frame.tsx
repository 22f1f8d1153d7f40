// What the pages of supervisors and administrators have in common: heading, what was read or why not, tables, raw JSON.
import type { ComponentChildren } from 'preact';
import { Button, InlineProblem, Loading, Wrong } from '../../parts/basics';
import { words } from '../../words';
import '../../styles/supervise.css';

export function PageHead(props: { title: string; lead?: string; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div>
        <h1>{props.title}</h1>
        {props.lead && <p class="dim">{props.lead}</p>}
      </div>
      {props.children && <div class="cluster">{props.children}</div>}
    </header>
  );
}

/** What was read; while there is none, that it is read or what went wrong. Old content stays beside a new problem. */
export function Shown<T>(props: {
  value: T | undefined;
  error: unknown;
  retry: () => void;
  children: (value: T) => ComponentChildren;
}) {
  const { value, error, retry } = props;
  if (value === undefined) return error ? <Wrong error={error} retry={retry} /> : <Loading />;
  return (
    <>
      <InlineProblem error={error} />
      {props.children(value)}
    </>
  );
}

/** A table that scrolls sideways on small screens, by keyboard too. */
export function Table(props: { label: string; head: readonly string[]; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="table-wrap" aria-label={props.label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {props.head.map((name, at) => (
              <th key={name === '' ? at : name} scope="col">
                {name === '' ? <span class="unseen">What can be done</span> : name}
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
    <p class="cluster cluster-middle">
      <Button busy={props.busy} onClick={props.more}>
        {words.more}
      </Button>
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
