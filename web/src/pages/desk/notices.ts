// Telling an agent who looks elsewhere: a number in the title, a notice of the system where it is allowed, and a quiet
// sound. What is told is decided here; each way can be switched off.
import { kept } from '../../app/kept';
import type { LiveEvent } from '../../live/events';
import type { Item } from './items';
import { isMine } from './items';
import { say } from './words';

export const sound = kept<'on' | 'off'>('desk.sound', 'on', ['on', 'off']);
export const notices = kept<'on' | 'off'>('desk.notices', 'off', ['on', 'off']);

export interface Notice {
  title: string;
  text: string;
  conversation: string;
}

/** `looking`: the conversation that is in front of somebody who looks at the page. */
export function noticeOf(
  event: LiveEvent,
  item: Item | undefined,
  me: string,
  looking: string | undefined,
): Notice | undefined {
  const conversation = event.data.conversation_id ?? '';
  const name = item?.customer.name || event.data.customer?.name || say.anonymous;
  if (event.kind === 'handoff.offered' && event.data.agent?.id === me) {
    return { title: say.noticeOffer, text: name, conversation };
  }
  const message = event.data.message;
  if (event.kind !== 'message.created' || message?.from.kind !== 'customer' || looking === conversation) {
    return undefined;
  }
  if (!item || !isMine(item, me)) return undefined;
  return { title: say.noticeMessage(name), text: message.text.slice(0, 120), conversation };
}

/** Asks the browser, which asks the person. Whether notices may be shown. */
export async function allowNotices(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  if (Notification.permission === 'default') await Notification.requestPermission();
  return Notification.permission === 'granted';
}

export function tell(notice: Notice, go: (conversation: string) => void): void {
  if (sound.value === 'on') chime();
  if (notices.value !== 'on' || !('Notification' in window) || Notification.permission !== 'granted') return;
  if (document.visibilityState === 'visible' && document.hasFocus()) return;
  const shown = new Notification(notice.title, { body: notice.text, tag: notice.conversation });
  shown.onclick = () => {
    window.focus();
    go(notice.conversation);
    shown.close();
  };
}

let audio: AudioContext | undefined;

/** Two soft notes, a third of a second. A browser that wants a click first stays silent until there was one. */
function chime(): void {
  try {
    audio ??= new AudioContext();
    const context = audio;
    if (context.state === 'suspended') void context.resume();
    for (const [at, frequency] of [
      [0, 660],
      [0.12, 880],
    ] as const) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      const start = context.currentTime + at;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(0.05, start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.22);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.24);
    }
  } catch {
    // Without sound the title still tells.
  }
}
