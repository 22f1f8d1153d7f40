// What goes wrong between the console and the engine: RFC 9457 problems, and requests without any answer.

export interface FieldProblem {
  /** JSON Pointer into the request's body. */
  pointer: string;
  detail: string;
}

/** An error as the engine said it; `status` 0 where it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldProblem[] = [],
    readonly requestId = '',
    /** Seconds to wait before trying again, where the engine names them. */
    readonly retryAfter: number | undefined = undefined,
  ) {
    super(message);
    this.name = 'Problem';
  }

  /** What is wrong with one member of the body: `/password` for example. */
  field(pointer: string): string | undefined {
    return this.fields.find((field) => field.pointer === pointer)?.detail;
  }

  /** Whether the same request may get through a little later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || (this.status >= 502 && this.status <= 504);
  }
}

export function unreachable(): Problem {
  return new Problem(0, 'unreachable', 'The server cannot be reached. Check the connection and try again.');
}

/** Anything that was thrown, as a problem that can be shown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(-1, 'fault', error instanceof Error ? error.message : String(error));
}

interface Body {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  errors?: unknown;
  request_id?: unknown;
}

/** Reads the body of a response that is not fine. Bodies that are no problem (a proxy's page) leave the status. */
export async function readProblem(response: Response): Promise<Problem> {
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfter = Number.isFinite(wait) ? wait : undefined;
  const type = response.headers.get('content-type') ?? '';
  const body: Body = type.includes('json') ? await response.json().catch(() => ({})) : {};
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  const detail = text(body.detail, text(body.title, `The server answered with status ${response.status}.`));
  const fields = Array.isArray(body.errors) ? body.errors.filter(isField) : [];
  return new Problem(
    response.status,
    text(body.code, 'http'),
    detail,
    fields,
    text(body.request_id, ''),
    retryAfter,
  );
}

function isField(value: unknown): value is FieldProblem {
  if (typeof value !== 'object' || value === null) return false;
  const { pointer, detail } = value as Record<string, unknown>;
  return typeof pointer === 'string' && typeof detail === 'string';
}
