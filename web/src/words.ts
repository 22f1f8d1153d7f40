// Texts that several pages share. What one page alone says stands in that page's own words file.
export const words = {
  product: 'Firstline',
  signIn: 'Sign in',
  signOut: 'Sign out',
  changePassword: 'Change the password',
  retry: 'Try again',
  dismiss: 'Dismiss',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  more: 'More',
  loading: 'Loading',
  somethingWrong: 'Something went wrong',
  notFound: 'There is no such page.',
  notAllowed: 'Your role does not include this page.',
  skip: 'Skip to the page',
  connection: {
    connecting: 'Connecting',
    open: 'Live',
    lost: 'Connection lost. Trying again',
  },
  theme: { label: 'Theme', system: 'As the system', light: 'Light', dark: 'Dark' },
  density: { label: 'Density', dense: 'Dense', roomy: 'Roomy' },
  navigation: 'Pages',
  news: (count: number) => `${count} new`,
  account: 'Account',
  mood: { negative: 'Unhappy', neutral: 'Neutral', positive: 'Happy' },
  trend: { falling: 'getting unhappier', steady: 'steady', rising: 'getting happier' },
  owner: { bot: 'Bot', queue: 'Waiting', agent: 'Agent' },
  priority: { normal: 'Normal', high: 'High', urgent: 'Urgent' },
  presence: {
    online: 'Online',
    busy: 'Busy',
    away: 'Away',
    wrap_up: 'Wrapping up',
    offline: 'Offline',
  },
  reason: {
    low_confidence: 'Not sure',
    out_of_scope: 'Out of scope',
    negative_sentiment: 'Unhappy',
    asked_for_human: 'Asked for a person',
    no_answer: 'No answer found',
    repeated_failure: 'Failed repeatedly',
    turn_limit: 'Long without an end',
    sensitive_topic: 'Sensitive topic',
    verification_failed: 'Identity not proven',
    lookup_failed: 'Lookup failed',
    unsupported_language: 'Other language',
    urgent: 'Urgent',
    unavailable: 'Engine fault',
    policy: 'House rule',
  },
} as const;

/** The word for a value of a closed list; a value that is newer than this console stands for itself. */
export function wordFor(list: Readonly<Record<string, string>>, value: string | null | undefined): string {
  if (!value) return '';
  return list[value] ?? value.replaceAll('_', ' ');
}
