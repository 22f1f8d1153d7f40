// What if the bars were others: the turn decided again, on the conversation as it was then. Nothing is changed by it.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { DecisionView, TraceView, WhatIfView } from '../../api/types';
import { Badge, Button, InlineProblem } from '../../parts/basics';
import { ending } from './ending';
import { RuleList } from './rule_list';
import { percent } from './said';
import { barsOf } from './turns';

/** How long a slider rests before the engine is asked. */
const REST_MS = 250;

/** Where the policy's bar is not known from the trace, a slider begins here. */
const FALLBACK = { answer: 0.5, clarify: 0.2 };

interface Moved {
  answer?: number;
  clarify?: number;
}

export function WhatIf({ conversation, turn }: { conversation: string; turn: TraceView }) {
  const bars = barsOf(turn.rules);
  const [moved, setMoved] = useState<Moved>({});
  const { answer, error, busy } = useWhatIf(conversation, turn.version, moved);
  const untouched = moved.answer === undefined && moved.clarify === undefined;
  return (
    <section class="card chapter" aria-label="What if">
      <div class="page-head">
        <h2>What if the bars were others?</h2>
        {!untouched && <Button onClick={() => setMoved({})}>As it was</Button>}
      </div>
      <div class="sliders">
        <Slider
          label="Sure enough to act"
          hint="The confidence from which on the bot acts on an intent."
          was={bars.answer}
          value={moved.answer ?? bars.answer ?? FALLBACK.answer}
          onValue={(value) => setMoved({ ...moved, answer: value })}
        />
        <Slider
          label="Likely enough to ask"
          hint="From which on two intents are offered as “did you mean”."
          was={bars.clarify}
          value={moved.clarify ?? bars.clarify ?? FALLBACK.clarify}
          onValue={(value) => setMoved({ ...moved, clarify: value })}
        />
      </div>
      <div aria-live="polite" aria-busy={busy}>
        {untouched ? (
          <p class="dim">Move a slider, and the engine decides the turn again.</p>
        ) : (
          <InlineProblem error={error} />
        )}
        {!untouched && answer && <Outcome answer={answer} />}
      </div>
    </section>
  );
}

interface SliderProps {
  label: string;
  hint: string;
  was: number | undefined;
  value: number;
  onValue: (value: number) => void;
}

function Slider({ label, hint, was, value, onValue }: SliderProps) {
  return (
    <label class="slider">
      <span class="slider-head">
        <strong>{label}</strong>
        <output class="number">{percent(value)}</output>
      </span>
      <input
        type="range"
        min={0}
        max={1}
        step={0.01}
        // The label is that of the figure, which comes first in it.
        aria-label={label}
        value={value}
        aria-valuetext={percent(value)}
        onInput={(event) => onValue(Number(event.currentTarget.value))}
      />
      <span class="dim small">
        {hint} {was === undefined ? 'It was not looked at here.' : `It was ${percent(was)}.`}
      </span>
    </label>
  );
}

function useWhatIf(conversation: string, version: number, moved: Moved) {
  const [state, setState] = useState<{ answer?: WhatIfView; error?: unknown; busy: boolean }>({
    busy: false,
  });
  const { answer, clarify } = moved;
  useEffect(() => {
    if (answer === undefined && clarify === undefined) return undefined;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      setState((before) => ({ ...before, busy: true }));
      const ask = { path: { id: conversation, version }, query: { answer, clarify }, signal: gone.signal };
      get('/v1/conversations/{id}/turns/{version}/what-if', ask).then(
        (answer) => setState({ answer, busy: false }),
        (error: unknown) => {
          if (!gone.signal.aborted) setState({ error, busy: false });
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [conversation, version, answer, clarify]);
  return state;
}

function Outcome({ answer }: { answer: WhatIfView }) {
  if (answer.same) {
    return (
      <p>
        <Badge tone="good">The same</Badge> {ending(answer.would.action, answer.would.reason ?? undefined)}{' '}
        The customer would have seen nothing else.
      </p>
    );
  }
  return (
    <>
      <p>
        <Badge tone="warn">Otherwise</Badge> It would have come out differently.
      </p>
      <div class="versus">
        <Decision title="As it was" decision={answer.was} />
        <Decision title="As it would be" decision={answer.would} />
      </div>
      <details>
        <summary>What would be considered</summary>
        <RuleList rules={answer.rules} />
      </details>
    </>
  );
}

function Decision({ title, decision }: { title: string; decision: DecisionView }) {
  return (
    <div>
      <h3>{title}</h3>
      <p>{ending(decision.action, decision.reason ?? undefined)}</p>
      {decision.replies.map((reply, at) => (
        <blockquote key={`${at} ${reply}`} class="said said-bot">
          {reply}
        </blockquote>
      ))}
    </div>
  );
}
