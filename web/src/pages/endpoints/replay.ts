// Which deliveries of an endpoint are sent again: from what stands in the form to what the server is asked. Pure.

export interface Range {
  failedOnly: boolean;
  /** As `datetime-local` fields have them, in the reader's own time; empty: open. */
  from: string;
  to: string;
}

export interface Selection {
  state?: string;
  from?: string;
  to?: string;
}

/** The request's body, or why there is none. */
export function selection(range: Range): { body: Selection } | { problem: string } {
  const [from, to] = [instant(range.from), instant(range.to)];
  if (!range.failedOnly && from === undefined && to === undefined) {
    return {
      problem: 'Say which: only failed ones, a time from which, a time up to which, or several of these.',
    };
  }
  if (from !== undefined && to !== undefined && from >= to) {
    return { problem: 'The time up to which is not after the time from which; exchange the two.' };
  }
  return {
    body: {
      ...(range.failedOnly ? { state: 'exhausted' } : {}),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  };
}

function instant(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
