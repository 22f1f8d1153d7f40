// "The bot was wrong here": one key, and the doubt stands in the label queue.
import { useEffect, useRef, useState } from 'preact/hooks';
import { post } from '../../api/client';
import { newKey } from '../../api/key';
import type { LabelView, TraceView } from '../../api/types';
import { href } from '../../app/router';
import { may } from '../../app/session';
import { Button, InlineProblem } from '../../parts/basics';
import { useDeed } from '../shared/deed';
import { canBeOtherwise, labelled } from './turns';

const KEY = 'w';

export function WasWrong({ conversation, turn }: { conversation: string; turn: TraceView }) {
  const [label, setLabel] = useState<LabelView | undefined>(undefined);
  // One doubt for each turn, however often the key is pressed.
  const [idempotencyKey] = useState(newKey);
  const deed = useDeed();
  const message = labelled(turn);
  const possible = may('desk') && message !== undefined && canBeOtherwise(turn);
  const say = () => {
    if (!possible || deed.busy || label) return;
    void deed.run(async () => {
      const body = { message_id: message, verdict: 'wrong' as const };
      const path = { id: conversation };
      setLabel(await post('/v1/conversations/{id}/labels', { path, body, idempotencyKey }));
    });
  };
  useKey(KEY, say);
  if (!possible) return null;
  return (
    <div class="was-wrong" role="status">
      {label ? (
        <p class="note">
          Noted: the bot was wrong here. It waits in the{' '}
          {may('watch') ? <a href={href('labels')}>label queue</a> : 'label queue'} to be given its right
          intent.
        </p>
      ) : (
        <Button keyHint={KEY} busy={deed.busy} onClick={say}>
          The bot was wrong here
        </Button>
      )}
      <InlineProblem error={deed.problem} />
    </div>
  );
}

/** While nothing is typed anywhere. */
function useKey(key: string, run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog');
      if (event.key !== key || event.repeat || event.ctrlKey || event.metaKey || event.altKey || typing)
        return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [key]);
}
