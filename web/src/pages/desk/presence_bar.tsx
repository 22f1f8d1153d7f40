// Presence, load, and how one is told of news.
import { me } from '../../app/session';
import { toast } from '../../app/toasts';
import { Menu, type MenuItem } from '../../parts/menu';
import { wordFor, words } from '../../words';
import { dialog } from './face';
import { allowNotices, notices, sound } from './notices';
import { PRESENCES, setPresence, state } from './presence';
import { say } from './words';

export function PresenceBar() {
  const agent = state.value;
  if (agent === null) return <p class="presence-none">{say.unregistered}</p>;
  const presence = agent?.presence ?? 'offline';
  return (
    <div class="presence">
      <Menu
        label={`${say.presence}: ${wordFor(words.presence, presence)}`}
        look="presence-button"
        items={PRESENCES.map((name) => ({
          label: words.presence[name],
          chosen: presence === name,
          run: () => void setPresence(name),
        }))}
      >
        <span class={`presence-dot presence-${presence}`} aria-hidden="true" />
        <span>{wordFor(words.presence, presence)}</span>
        <span aria-hidden="true" class="dim">
          ▾
        </span>
      </Menu>
      {agent && agent.id === me() && (
        <span class="presence-load" title={say.loadTitle}>
          <meter class="unseen" min={0} max={agent.capacity} value={agent.load} aria-label={say.loadTitle} />
          <Slots load={agent.load} capacity={agent.capacity} />
          <span class="number">{say.load(agent.load, agent.capacity)}</span>
        </span>
      )}
      <Menu label={words.more} look="icon-button presence-more" items={settings()}>
        ⋯
      </Menu>
    </div>
  );
}

/** More than this would be a bar of slivers: the figures say it then. */
const SLOTS_MAX = 10;

function Slots({ load, capacity }: { load: number; capacity: number }) {
  if (capacity > SLOTS_MAX) return null;
  return (
    <span class="slots" aria-hidden="true">
      {Array.from({ length: capacity }, (_, at) => (
        <span key={at} class={at < load ? 'slot slot-taken' : 'slot'} />
      ))}
    </span>
  );
}

function settings(): MenuItem[] {
  const onOff = (value: string) => (value === 'on' ? say.on : say.off);
  return [
    {
      label: `${say.sound}: ${onOff(sound.value)}`,
      chosen: sound.value === 'on',
      run: () => {
        sound.value = sound.value === 'on' ? 'off' : 'on';
      },
    },
    {
      label: `${say.notices}: ${onOff(notices.value)}`,
      chosen: notices.value === 'on',
      run: () => void switchNotices(),
    },
    {
      label: say.keys,
      keyHint: '?',
      run: () => {
        dialog.value = 'keys';
      },
    },
  ];
}

async function switchNotices(): Promise<void> {
  if (notices.value === 'on') notices.value = 'off';
  else if (await allowNotices()) notices.value = 'on';
  else toast(say.noticesDenied, 'wrong');
}
