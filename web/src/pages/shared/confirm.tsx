// A question before something that cannot be taken back, or that many feel: it says what will happen, and does it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useDeed } from './deed';
import { Trouble } from './page';

export function Dialog(props: { title: string; onClose: () => void; wide?: boolean; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class={props.wide ? 'dialog dialog-wide' : 'dialog'} aria-labelledby={id} onClose={props.onClose}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}

export function Confirm(props: {
  title: string;
  /** A sentence each: what will happen. */
  says: readonly string[];
  yes: string;
  danger?: boolean;
  onYes: () => Promise<void>;
  onClose: () => void;
}) {
  const deed = useDeed();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <ul class="says">
        {props.says.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <Trouble problem={deed.problem} />
      <div class="row row-end">
        <button type="button" class="button" onClick={props.onClose}>
          Leave it as it is
        </button>
        <button
          type="button"
          class={props.danger ? 'button button-danger' : 'button button-primary'}
          disabled={deed.busy}
          onClick={async () => {
            if (await deed.run(props.onYes)) props.onClose();
          }}
        >
          {props.yes}
        </button>
      </div>
    </Dialog>
  );
}
