// A question before something that many feel or that cannot be taken back: it says what will happen, and does it.
import { Button, InlineProblem } from '../../parts/basics';
import { Dialog } from '../../parts/dialog';
import { useDeed } from './deed';

export interface Question {
  title: string;
  /** A sentence each: what will happen. */
  says: readonly string[];
  yes: string;
  danger: boolean;
  work: () => Promise<void>;
}

export function Confirm({ question, onClose }: { question: Question; onClose: () => void }) {
  const deed = useDeed();
  const go = async () => {
    if (await deed.run(question.work)) onClose();
  };
  return (
    <Dialog
      title={question.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave it as it is</Button>
          <Button kind={question.danger ? 'danger' : 'primary'} busy={deed.busy} onClick={() => void go()}>
            {question.yes}
          </Button>
        </>
      }
    >
      <ul class="says">
        {question.says.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <InlineProblem error={deed.problem} />
    </Dialog>
  );
}
