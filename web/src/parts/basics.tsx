// The small parts that every page is made of: button, badge, avatar, mood, time, field, and the three states of a
// page that has nothing to show yet.
import type { AriaAttributes, ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { asProblem } from '../api/problem';
import { wordFor, words } from '../words';
import { fullMoment, moment, now, shortSpan, span } from './clock';

interface ButtonProps {
  children: ComponentChildren;
  onClick?: ((event: MouseEvent) => void) | undefined;
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  type?: 'button' | 'submit';
  disabled?: boolean | undefined;
  /** While what it does is under way: it cannot be pressed again. */
  busy?: boolean | undefined;
  /** The key that does the same, shown behind the words. */
  keyHint?: string | undefined;
  label?: string | undefined;
  pressed?: boolean | undefined;
  title?: string | undefined;
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', type = 'button', busy = false } = props;
  return (
    <button
      type={type}
      class={`button button-${kind}`}
      disabled={props.disabled || busy}
      aria-busy={busy || undefined}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-keyshortcuts={props.keyHint}
      title={props.title}
      onClick={props.onClick}
    >
      {props.children}
      {props.keyHint && (
        <kbd class="key" aria-hidden="true">
          {props.keyHint}
        </kbd>
      )}
    </button>
  );
}

export type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'danger';

export function Badge({
  tone = 'plain',
  children,
  title,
}: {
  tone?: Tone;
  children: ComponentChildren;
  title?: string;
}) {
  return (
    <span class={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}

/** First letters of the first and last name; `?` for nobody known. */
function initials(name: string): string {
  const names = name.trim().split(/\s+/).filter(Boolean);
  const letters = [names[0], names.length > 1 ? names.at(-1) : undefined].map((part) => [...(part ?? '')][0]);
  return letters.join('').toUpperCase() || '?';
}

/** Decoration: the name stands beside it. */
export function Avatar({ name, kind = 'customer' }: { name: string; kind?: string }) {
  // Drawn by the style sheet: the initials are no text that a name beside them would have to hold.
  return <span class={`avatar avatar-${kind}`} aria-hidden="true" data-initials={initials(name)} />;
}

const MOOD_SIGN: Readonly<Record<string, string>> = { negative: '▼', neutral: '●', positive: '▲' };
const TREND_SIGN: Readonly<Record<string, string>> = { falling: '↘', rising: '↗' };

/** A mood by sign, word and colour: never by colour alone. `short` leaves the word to the title. */
export function Mood(props: {
  label: string | undefined;
  trend?: string | null | undefined;
  short?: boolean | undefined;
}) {
  if (!props.label) return null;
  const word = wordFor(words.mood, props.label);
  const trend = wordFor(words.trend, props.trend);
  const title = trend === '' ? word : `${word}, ${trend}`;
  return (
    <span class={`mood mood-${props.label}`} title={title}>
      <span aria-hidden="true">{MOOD_SIGN[props.label] ?? '●'}</span>
      <span class={props.short ? 'unseen' : undefined}>{word}</span>
      {props.trend && TREND_SIGN[props.trend] && (
        <span>
          <span aria-hidden="true">{TREND_SIGN[props.trend]}</span>
          <span class="unseen">{trend}</span>
        </span>
      )}
    </span>
  );
}

/** When something was. `since` counts up from it, `short` in one unit. */
export function Time({ at, as = 'moment' }: { at: string; as?: 'moment' | 'since' | 'short' }) {
  const time = Date.parse(at);
  const text = {
    moment: () => moment(time, now.value),
    since: () => span(now.value - time),
    short: () => shortSpan(now.value - time),
  }[as]();
  return (
    <time dateTime={at} title={fullMoment(time)}>
      {text}
    </time>
  );
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  /** Given what joins the control to its words. */
  children: (attributes: { id: string } & AriaAttributes) => ComponentChildren;
}

/** A control with its label, its hint and what is wrong with it. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const said = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(problem ? { 'aria-invalid': true } : {}),
        ...(said === '' ? {} : { 'aria-describedby': said }),
      })}
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

export function Loading({ what = words.loading }: { what?: string }) {
  return (
    <div class="state" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{what}</span>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children && <div class="state-text">{children}</div>}
    </div>
  );
}

/** What went wrong, where it did, with a way on. */
export function Wrong({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const problem = asProblem(error);
  return (
    <div class="state state-wrong" role="alert">
      <p class="state-title">{words.somethingWrong}</p>
      <p class="state-text">{problem.message}</p>
      {problem.requestId !== '' && <p class="state-small">{problem.requestId}</p>}
      {retry && <Button onClick={retry}>{words.retry}</Button>}
    </div>
  );
}

/** One line about what is wrong with what was just done. */
export function InlineProblem({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <p class="inline-problem" role="alert">
      {asProblem(error).message}
    </p>
  );
}
